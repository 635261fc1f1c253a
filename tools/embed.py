#!/usr/bin/env python3
"""Turns GraphQL files into what Stoa sends: one operation per file, each with the fragments it uses, white space squeezed.

    embed.py documents.cc fragments.graphql shop_info.graphql …   writes the C++ table that shopify/documents.h declares
    embed.py --json fragments.graphql shop_info.graphql …         prints {"ShopInfo": "query ShopInfo { … }", …}
"""
import json
import pathlib
import re
import sys


def squeezed(path):
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    return " ".join(" ".join(line for line in lines if not line.lstrip().startswith("#")).split())


def fragments_of(text):
    """Name to text, in the order of the file."""
    parts = re.split(r"(?=\bfragment \w+ on )", text)
    return {re.match(r"fragment (\w+)", part)[1]: part.strip() for part in parts if part.strip()}


def used(text, fragments, seen):
    """Adds to `seen` the names that `text` spreads, and what those spread."""
    for name in re.findall(r"\.\.\.(\w+)", text):
        if name not in fragments:
            sys.exit(f"embed.py: no fragment of that name: {name}")
        if name not in seen:
            seen.add(name)
            used(fragments[name], fragments, seen)


def documents(fragments_file, operation_files):
    fragments = fragments_of(squeezed(fragments_file))
    result = {}
    for path in operation_files:
        text = squeezed(path)
        names = re.findall(r"\b(?:query|mutation) (\w+)", text)
        if len(names) != 1:
            sys.exit(f"embed.py: {path}: operations: {len(names)} seen, 1 wanted")
        seen = set()
        used(text, fragments, seen)
        result[names[0]] = " ".join([text] + [body for name, body in fragments.items() if name in seen])
    return result


def main():
    target, fragments_file, *operation_files = sys.argv[1:]
    table = documents(fragments_file, operation_files)
    if target == "--json":
        print(json.dumps(table, indent=1))
        return
    rows = "".join(f'    {{"{name}", R"graphql({text})graphql"}},\n' for name, text in sorted(table.items()))
    pathlib.Path(target).write_text(
        "// Made by tools/embed.py from src/shopify/documents.\n"
        '#include "shopify/documents.h"\n\n'
        "namespace stoa::shopify {\nnamespace {\n"
        f"constexpr Document kDocuments[] = {{\n{rows}}};\n"
        "}  // namespace\n\n"
        "std::span<const Document> documents() { return kDocuments; }\n\n"
        "}  // namespace stoa::shopify\n", encoding="utf-8")


main()
