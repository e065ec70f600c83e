"""What code sees of its agent and of the server."""

class Block:
    def __init__(self, label, value, description, limit, readOnly):
        self.__dict__.update(
            label=label, description=description, limit=limit, read_only=readOnly, _first=value
        )
        self.__dict__["value"] = value

    def __setattr__(self, name, value):
        if name != "value":
            raise AttributeError(f"The {name} of a memory block can't be changed here.")
        if not isinstance(value, str):
            raise TypeError(f'The value of "{self.label}" must be a string.')
        if value == self.value:
            return
        if self.read_only:
            raise PermissionError(f'The memory block "{self.label}" is read-only.')
        if len(value) > self.limit:
            raise ValueError(
                f'The value has {len(value)} characters, and the memory block "{self.label}" '
                f"holds {self.limit}. Shorten it."
            )
        self.__dict__["value"] = value

    def __repr__(self):
        return f"Block(label={self.label!r}, value={self.value!r})"


class Memory:
    def __init__(self, blocks):
        self._blocks = {block["label"]: Block(**block) for block in blocks}

    @property
    def blocks(self):
        return list(self._blocks.values())

    def get_blocks(self):
        return self.blocks

    def list_block_labels(self):
        return list(self._blocks)

    def get_block(self, label):
        if label in self._blocks:
            return self._blocks[label]
        raise KeyError(
            f'The agent has no memory block "{label}". It has: {", ".join(self._blocks) or "none"}.'
        )

    def update_block_value(self, label, value):
        self.get_block(label).value = value


class AgentState:
    def __init__(self, agent):
        self.id = agent["id"]
        self.name = agent["name"]
        self.description = agent["description"]
        self.tags = agent["tags"]
        self.memory = Memory(agent["blocks"])


class Client:
    """The server, as far as the tool may use it."""

    def __init__(self, calls):
        self._calls = calls

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in self._calls:
            raise PermissionError(
                f"This tool may not call client.{name}. It may call: "
                f"{', '.join(self._calls) or 'nothing'}."
            )
        parameters = self._calls[name]

        def call(*given, **named):
            if len(given) > len(parameters):
                raise TypeError(f"client.{name} takes {', '.join(parameters)}.")
            return request(f"client.{name}", {**dict(zip(parameters, given)), **named})

        return call
