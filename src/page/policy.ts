import { createHash } from 'node:crypto'

/** Contents of an element that has no attributes, as the build writes them. */
const ELEMENT = (name: string) => new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g')

/**
 * The Content-Security-Policy of the page: exactly its own script and style by their hashes, requests to its own server
 * only, and no way to turn text into markup (Trusted Types without a policy). Pure.
 */
export function policyFor(html: string): string {
  return [
    "default-src 'none'",
    `script-src ${hashes(html, 'script')}`,
    `style-src ${hashes(html, 'style')}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
}

function hashes(html: string, name: 'script' | 'style'): string {
  const found = [...html.matchAll(ELEMENT(name))].map(([, text = '']) => hash(text))
  return found.length > 0 ? found.join(' ') : "'none'"
}

function hash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
