"""Makes the page of the API of what the .proto files say. Comments are kept word for word; their
lines are joined, and a paragraph of errors becomes a list with a line for each code."""

import re

CODES = ("CANCELLED|UNKNOWN|INVALID_ARGUMENT|DEADLINE_EXCEEDED|NOT_FOUND|ALREADY_EXISTS|PERMISSION_DENIED|"
         "RESOURCE_EXHAUSTED|FAILED_PRECONDITION|ABORTED|OUT_OF_RANGE|UNIMPLEMENTED|INTERNAL|UNAVAILABLE|"
         "DATA_LOSS|UNAUTHENTICATED")
STARTS_WITH_CODE = re.compile(rf"({CODES})\b")
REASONS = re.compile(r"\(([A-Z][A-Z0-9_]*(?:, [A-Z][A-Z0-9_]*)*)\)")
WELL_KNOWN = "https://protobuf.dev/reference/protobuf/google.protobuf/"

HEAD = """\
<!-- Written by tools/api-page from proto/registry/v1. Do not edit: `make stubs` writes it anew. -->

# The API

The package `{package}`, as the comments of its .proto files describe it. Reasons, the words in parentheses behind a code, are
explained in [errors.md](errors.md).
"""


def reasons_of(errors_page):
    """The reasons that docs/errors.md has a section for."""
    return set(re.findall(r"^### ([A-Z0-9_]+)$", errors_page, re.MULTILINE))


def anchor(heading):
    """The fragment that GitHub gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def link(heading):
    return f"[{heading}](#{anchor(heading)})"


def blocks(comment):
    """The paragraphs of a comment and the items of its lists, as (is_item, text)."""
    found, fresh, codes = [], True, False
    for line in comment.splitlines():
        line = line.removeprefix(" ")
        stripped = line.strip()
        if not stripped:
            fresh = True
            continue
        code = bool(STARTS_WITH_CODE.match(stripped))
        if fresh:
            codes = code
        item = stripped.startswith("- ") or (codes and code)
        # Text at the margin is no part of the bulleted item above it.
        after_list = not codes and bool(found) and found[-1][0] and not line.startswith(" ")
        if fresh or item or after_list:
            found.append((item, stripped.removeprefix("- ")))
        else:
            found[-1] = (found[-1][0], f"{found[-1][1]} {stripped}")
        fresh = False
    return found


class Page:
    """Renders Markdown. `reasons` are linked where a comment names them in parentheses."""

    def __init__(self, files, reasons):
        self.reasons = reasons
        self.files = sorted(files, key=lambda file: not file.services)
        self.package = files[0].package
        self.headings = set()

    def heading(self, level, heading):
        if anchor(heading) in self.headings:
            raise ValueError(f"two headings have the anchor of {heading}")
        self.headings.add(anchor(heading))
        return f"\n{'#' * level} {heading}\n"

    def inline(self, text):
        """Text outside of code spans, safe in Markdown."""
        parts = text.split("`")
        parts[::2] = [self.prose(part) for part in parts[::2]]
        return "`".join(parts)

    def prose(self, text):
        escaped = re.sub(r"([<*\\])", r"\\\1", text)
        return REASONS.sub(lambda found: f"({', '.join(map(self.reason, found[1].split(', ')))})", escaped)

    def reason(self, name):
        return f"[{name}](errors.md#{anchor(name)})" if name in self.reasons else name

    def text(self, comment):
        """A comment as paragraphs and lists."""
        lines, in_list = [], False
        for item, text in blocks(comment):
            if not (item and in_list):
                lines.append("")
            lines.append(f"- {self.inline(text)}" if item else self.inline(text))
            in_list = item
        return "".join(f"{line}\n" for line in lines)

    def cell(self, comment):
        """A comment as one cell of a table."""
        return "<br>".join(self.inline(text) for _, text in blocks(comment)).replace("|", "\\|")

    def type_name(self, name):
        own = name.removeprefix(f"{self.package}.")
        if own != name:
            return link(own)
        if name.startswith("google.protobuf."):
            return f"[{name}]({WELL_KNOWN}#{name.rpartition('.')[2].lower()})"
        return name

    def render(self):
        services = [(file, service) for file in self.files for service in file.services]
        parts = [HEAD.format(package=self.package)]
        parts += [self.contents(service) for _, service in services]
        parts += [self.service(file, service) for file, service in services]
        for file in self.files:
            parts.append(self.heading(2, f"Messages of {file.services[0].name}" if file.services else "Shared messages"))
            if not file.services:
                parts.append(self.text(file.comment))
            parts += map(self.message, file.messages)
        parts.append(self.heading(2, "Enums"))
        parts += [self.enum(enum) for file in self.files for enum in file.enums]
        return "".join(parts)

    def contents(self, service):
        lines = [f"\n| {link(service.name)} | |", "|---|---|"]
        for method in service.methods:
            sentence = re.match(r".*?\.(?= |$)", blocks(method.comment)[0][1])[0]
            lines.append(f"| [{method.name}](#{anchor(f'{service.name}.{method.name}')}) | {self.cell(sentence)} |")
        return "\n".join(lines) + "\n"

    def service(self, file, service):
        parts = [self.heading(2, service.name), self.text(file.comment), self.text(service.comment)]
        for method in service.methods:
            streams = ["stream " if flag else "" for flag in (method.client_streaming, method.server_streaming)]
            parts.append(self.heading(3, f"{service.name}.{method.name}"))
            parts.append(f"\n{streams[0]}{self.type_name(method.request)} → "
                         f"{streams[1]}{self.type_name(method.response)}\n")
            parts.append(self.text(method.comment))
        return "".join(parts)

    def message(self, message):
        parts = [self.heading(3, message.name), self.text(message.comment)]
        for name, comment in message.oneofs.items():
            if comment:
                parts.append(f"\n`{name}`, a oneof: {self.cell(comment)}\n")
        if message.fields:
            parts.append("\n| field | type | meaning |\n|---|---|---|\n")
        for field in message.fields:
            kind = self.type_name(field.type)
            if field.key:
                kind = f"map of {field.key} to {kind}"
            if field.repeated:
                kind = f"repeated {kind}"
            if field.oneof:
                kind += f", one of `{field.oneof}`"
            parts.append(f"| `{field.name}` | {kind} | {self.cell(field.comment)} |\n")
        return "".join(parts)

    def enum(self, enum):
        rows = [f"| `{value.name}` | {value.number} | {self.cell(value.comment)} |\n" for value in enum.values]
        return "".join([self.heading(3, enum.name), self.text(enum.comment),
                        "\n| value | number | meaning |\n|---|---|---|\n", *rows])


def render(files, reasons):
    """The page, for files of one package."""
    return Page(files, reasons).render()
