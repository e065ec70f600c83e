"""The part of `requests` that tools use, over the sandbox's own fetch."""

import json as _json
import sys as _sys
import urllib.parse as _parse


class RequestException(IOError):
    pass


class HTTPError(RequestException):
    pass


class Response:
    def __init__(self, answer):
        self.url = answer["url"]
        self.status = self.status_code = answer["status"]
        self.headers = answer["headers"]
        self.text = answer["body"]

    @property
    def ok(self):
        return self.status < 400

    @property
    def content(self):
        return self.text.encode()

    def json(self):
        return _json.loads(self.text)

    def raise_for_status(self):
        if not self.ok:
            raise HTTPError(f"{self.url} answered with status {self.status}")


def fetch(url, method="GET", headers=None, body=None, json=None):
    headers = {str(name).lower(): str(value) for name, value in (headers or {}).items()}
    if json is not None:
        body = _json.dumps(json)
        headers.setdefault("content-type", "application/json")
    arguments = {"url": url, "method": method.upper(), "headers": headers}
    if body is not None:
        arguments["body"] = body.decode() if isinstance(body, bytes) else str(body)
    return Response(_sys.modules["_recollect"].request("fetch", arguments))


def request(method, url, params=None, data=None, json=None, headers=None, timeout=None):
    headers = dict(headers or {})
    if params:
        url += ("&" if "?" in url else "?") + _parse.urlencode(params, doseq=True)
    if isinstance(data, dict):
        data = _parse.urlencode(data, doseq=True)
        headers.setdefault("content-type", "application/x-www-form-urlencoded")
    return fetch(url, method, headers, data, json)


def get(url, params=None, **options):
    return request("GET", url, params=params, **options)


def post(url, data=None, json=None, **options):
    return request("POST", url, data=data, json=json, **options)


def put(url, data=None, **options):
    return request("PUT", url, data=data, **options)


def patch(url, data=None, **options):
    return request("PATCH", url, data=data, **options)


def delete(url, **options):
    return request("DELETE", url, **options)
