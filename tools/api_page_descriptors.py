"""Reads a FileDescriptorSet, as protoc writes it with --include_source_info.

Protobuf's wire format and the numbers of descriptor.proto never change, so that a few lines do
without a library. Numbers below are field numbers of descriptor.proto.
"""

import dataclasses

REPEATED = 3
# FieldDescriptorProto.Type. Groups (10) are not in proto3; 11 and 14 have a name.
SCALARS = {1: "double", 2: "float", 3: "int64", 4: "uint64", 5: "int32", 6: "fixed64", 7: "fixed32",
           8: "bool", 9: "string", 12: "bytes", 13: "uint32", 15: "sfixed32", 16: "sfixed64",
           17: "sint32", 18: "sint64"}


@dataclasses.dataclass
class Value:
    """A value of an enum."""
    name: str
    number: int
    comment: str


@dataclasses.dataclass
class Enum:
    name: str
    comment: str
    values: list


@dataclasses.dataclass
class Field:
    """`type` is a scalar's name, or a message's or an enum's full name. A map has a `key`, the type
    of its keys, and the type of its values as `type`."""
    name: str
    comment: str
    type: str
    repeated: bool
    key: str
    oneof: str


@dataclasses.dataclass
class Message:
    """`oneofs` are comments by name."""
    name: str
    comment: str
    fields: list
    oneofs: dict


@dataclasses.dataclass
class Method:
    name: str
    comment: str
    request: str
    response: str
    client_streaming: bool
    server_streaming: bool


@dataclasses.dataclass
class Service:
    name: str
    comment: str
    methods: list


@dataclasses.dataclass
class File:
    name: str
    package: str
    comment: str
    messages: list
    enums: list
    services: list


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        shift += 7
        if byte < 0x80:
            return value, at


def parse(data):
    """A serialised message as a dictionary: its values by field number, in order. A value is an int
    or bytes."""
    fields, at = {}, 0
    while at < len(data):
        tag, at = varint(data, at)
        number, wire_type = tag >> 3, tag & 7
        if wire_type == 0:
            value, at = varint(data, at)
        elif wire_type == 2:
            length, at = varint(data, at)
            value, at = data[at:at + length], at + length
        elif wire_type in (1, 5):
            length = 8 if wire_type == 1 else 4
            value, at = data[at:at + length], at + length
        else:
            raise ValueError(f"wire type {wire_type}")
        fields.setdefault(number, []).append(value)
    return fields


def text(fields, number):
    return fields.get(number, [b""])[-1].decode()


def integer(fields, number):
    return fields.get(number, [0])[-1]


def comments_of(source_info):
    """Leading comments by path."""
    comments = {}
    for data in parse(source_info).get(1, []):
        location, path = parse(data), []
        packed, at = b"".join(location.get(1, [])), 0
        while at < len(packed):
            number, at = varint(packed, at)
            path.append(number)
        if 3 in location:
            comments[tuple(path)] = text(location, 3)
    return comments


class Reader:
    """Reads one file's descriptors."""

    def __init__(self, data):
        self.data = parse(data)
        self.comments = comments_of(self.data.get(9, [b""])[0])

    def comment(self, *path):
        return self.comments.get(path, "")

    def file(self):
        def each(number, read):
            return [read(parse(data), number, index) for index, data in enumerate(self.data.get(number, []))]

        # What stands before `syntax` is about the file.
        return File(text(self.data, 1), text(self.data, 2), self.comment(12), each(4, self.message),
                    each(5, self.enum), each(6, self.service))

    def message(self, data, *path):
        entries = {}
        for nested in map(parse, data.get(3, [])):
            if not integer(parse(nested.get(7, [b""])[-1]), 7):
                raise ValueError(f"{text(data, 1)}.{text(nested, 1)}: a nested message, which the page has no place for")
            entries[text(nested, 1)] = [self.field(parse(field), {}, []) for field in nested[2]]
        if 4 in data:
            raise ValueError(f"{text(data, 1)}: a nested enum, which the page has no place for")
        oneofs = [text(parse(oneof), 1) for oneof in data.get(8, [])]
        fields = [self.field(parse(field), entries, oneofs, *path, 2, index)
                  for index, field in enumerate(data.get(2, []))]
        return Message(text(data, 1), self.comment(*path), fields,
                       {name: self.comment(*path, 8, index) for index, name in enumerate(oneofs)})

    def field(self, data, entries, oneofs, *path):
        kind = SCALARS.get(integer(data, 5)) or text(data, 6).removeprefix(".")
        oneof = oneofs[integer(data, 9)] if 9 in data and not integer(data, 17) else ""
        field = Field(text(data, 1), self.comment(*path), kind, integer(data, 4) == REPEATED, "", oneof)
        entry = entries.get(kind.rpartition(".")[2])
        if entry:
            field.key, field.type, field.repeated = entry[0].type, entry[1].type, False
        return field

    def enum(self, data, *path):
        values = [Value(text(value, 1), integer(value, 2), self.comment(*path, 2, index))
                  for index, value in enumerate(map(parse, data.get(2, [])))]
        return Enum(text(data, 1), self.comment(*path), values)

    def service(self, data, *path):
        methods = [Method(text(method, 1), self.comment(*path, 2, index), text(method, 2).removeprefix("."),
                          text(method, 3).removeprefix("."), bool(integer(method, 5)), bool(integer(method, 6)))
                   for index, method in enumerate(map(parse, data.get(2, [])))]
        return Service(text(data, 1), self.comment(*path), methods)


def read_files(descriptor_set):
    """The files of a serialised FileDescriptorSet."""
    return [Reader(data).file() for data in parse(descriptor_set).get(1, [])]
