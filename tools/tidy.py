#!/usr/bin/env python3
"""The rules of the tree that a compiler does not check: docs/style.md and docs/architecture.md say why each exists.

tidy.py               checks the tree; prints the longest files and functions as a mirror, not a gate
tidy.py --quiet       without the mirror
tidy.py --self-test   proves that every rule fails on bad examples (tools/tidy_examples.py)

A rule is a generator over a tree, {path: text}, that yields (path, line, message). Standard library only.
"""
import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOP = ("src", "tools", "cmake", "docs", "test", "bench", ".ci", "dev", "CMakeLists.txt", "README.md", "CONTRIBUTING.md",
       "CHANGELOG.md")
SKIPPED_FOLDERS = {"node_modules", "__pycache__", ".pytest_cache", "testdata"}
TEXT_SUFFIXES = {".cc", ".h", ".py", ".mjs", ".md", ".txt", ".cmake", ".graphql", ".sh", ".toml", ".sql", ""}

TEST_FILE = re.compile(r"_(test|fixture|bench|mongotest|fuzz)\.(cc|h)$")
CHARTER_LINES_MAX = 25

# Where each third-party header may be included; the path of the including file must match.
LIBRARY_HOMES = [
    (r"boost/(asio|beast)[./]", r"src/http/", "http/"),
    (r"boost/json[./]|simdjson\.h", r"src/base/json", "base/json*"),
    (r"curl/", r"src/http/client", "http/client*"),
    (r"openssl/", r"src/http/", "http/"),
    (r"sqlite3\.h", r"src/storage/embedded/", "storage/embedded/"),
    (r"mongoc/|bson/", r"src/storage/mongo/", "storage/mongo/"),
    (r"spdlog/", r"src/base/log", "base/log*"),
    (r"prometheus/", r"src/base/metrics", "base/metrics*"),
    (r"sodium\.h", r"src/base/(crypto|random|text)", "base/crypto, base/random, base/text"),
    (r"xxhash\.h", r"src/base/hash", "base/hash"),
    (r"zlib\.h|brotli/", r"src/api/negotiate", "api/negotiate*"),
    (r"CLI/|toml\+\+/", r"src/app/", "app/"),
    (r"vips/", r"src/media/", "media/"),
    (r"fmt/", r"src/", "anywhere"),
    (r"gtest/|gmock/", r"src/testing/|.*_(test|fixture|mongotest)\.(cc|h)$", "tests and testing/"),
    (r"benchmark/", r".*_bench\.cc$", "*_bench.cc"),
]
# Headers of C and POSIX; what has neither a dot nor a slash is the C++ library.
SYSTEM_HEADER = re.compile(
    r"[a-z_0-9]+|(sys|netinet|arpa|net|linux)/\w+\.h|"
    r"(unistd|fcntl|signal|spawn|dlfcn|netdb|poll|pwd|locale|time|termios|pthread|dirent|errno|stdio|stdlib|string|immintrin|emmintrin)\.h")

# Calls that have one home: pattern, homes, what to do instead.
BANNED_CALLS = [
    (r"\b\w*_clock::now\b|\bclock_gettime\b|\bgettimeofday\b", r"src/base/clock\.cc$", "time comes from stoa::Clock"),
    (r"\b(sleep_for|sleep_until|usleep|nanosleep)\b|(?<![\w.>])sleep\s*\(", None,
     "nothing sleeps: reschedule, or wait on a condition"),
    (r"(?<![\w.>])s?rand\s*\(|\brandom_device\b", None, "randomness comes from stoa::Random"),
    (r"(?<![\w.>])(system|popen)\s*\(", None, "no shell"),
    (r"\bgetenv\b", r"src/(app|testing)/", "the environment is read by app/ alone"),
    (r"\bv?[fds]?n?printf\s*\(|\bf?puts\s*\(|\bputchar\s*\(|\bperror\s*\(|\bstd::(cout|cerr|clog)\b|\bfmt::print\b",
     r"src/app/|src/base/result\.cc$", "output belongs to app/, talk to the log, texts to fmt::format"),
]
UNFINISHED = re.compile(r"\b(FIX" r"ME|TO" r"DO|XX" r"X)\b")

TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/|R"([^()\\\s]{0,16})\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\b\d[\w.']*|'(?:\\.|[^'\\\n])*'""", re.S)


# ---- reading

def read_tree(root):
    files = [root / top for top in TOP if (root / top).is_file()]
    for top in TOP:
        for folder, below, names in os.walk(root / top):
            below[:] = sorted(set(below) - SKIPPED_FOLDERS)
            files += [pathlib.Path(folder) / name for name in sorted(names)]
    return {file.relative_to(root).as_posix(): file.read_bytes().decode(errors="surrogateescape")
            for file in files if file.suffix in TEXT_SUFFIXES}


def code_of(text):
    """The text with comments, string contents and character literals blanked; lines and columns stay."""
    def blank(match):
        token = match.group()
        if token[0].isdigit():
            return token
        return re.sub(r"[^\n]", " ", token) if token[0] == "/" else '"' + re.sub(r"[^\n]", " ", token[1:-1]) + '"'
    return TOKEN.sub(blank, text)


def line_at(text, position):
    return text.count("\n", 0, position) + 1


def sources(tree, *suffixes):
    for path, text in tree.items():
        if path.startswith("src/") and path.endswith(suffixes or (".cc", ".h")):
            yield path, text


def folder_of(path):
    """The module of a file under src/: "storage" for src/storage/embedded/x.cc; nothing for src/README.md."""
    parts = path.split("/")
    return parts[1] if len(parts) > 2 else None


def folders(tree):
    return sorted({folder_of(p) for p in tree if p.startswith("src/")} - {None})


def includes(text):
    """(line, 'quote' or 'angle', path) of every include that is not commented out."""
    code = code_of(text).splitlines()
    for number, line in enumerate(text.splitlines(), 1):
        found = re.match(r'\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', line)
        if found and code[number - 1].lstrip().startswith("#"):
            yield number, "quote" if found.group(1) else "angle", found.group(1) or found.group(2)


def layers(tree):
    """{folder: the folders it may include} of src/layers.txt."""
    out = {}
    for line in tree.get("src/layers.txt", "").splitlines():
        name, colon, rest = line.split("#")[0].partition(":")
        if colon:
            out[name.strip()] = rest.split()
    return out


def module_call(text):
    """{keyword: words} of the stoa_module() call of a CMakeLists.txt."""
    text = re.sub(r"#[^\n]*", "", text)
    call = re.search(r"stoa_module\(\s*(\w+)([^)]*)\)", text)
    out, key = {}, None
    for word in call.group(2).split() if call else []:
        if word in ("SOURCES", "DEPS", "LIBS", "PRIVATE_LIBS", "TESTS", "TEST_DEPS"):
            key = word
            out.setdefault(key, [])
        elif key:
            out[key].append(word)
    return out


# ---- rules

def rule_layers(tree):
    allowed = layers(tree)
    for name, below in allowed.items():
        earlier = list(allowed)[:list(allowed).index(name)]
        for other in below:
            if other not in earlier:
                yield "src/layers.txt", 1, f"{name} may include {other}, which does not stand above it: a cycle or a slip"
    for folder in folders(tree):
        if folder not in allowed:
            yield f"src/{folder}", 1, "the folder is not in src/layers.txt"
    for path, text in sources(tree):
        own = folder_of(path)
        for line, kind, target in includes(text):
            if kind != "quote" or own not in allowed:
                continue
            folder = target.split("/")[0]
            if folder not in allowed or "/" not in target or ".." in target:
                yield path, line, f'"{target}": there is one include root: write "folder/file.h"'
            elif folder != own and folder not in allowed[own] and not (folder == "testing" and TEST_FILE.search(path)):
                yield path, line, f"{own} may not include {folder} (src/layers.txt)"


def rule_internal(tree):
    for path, text in sources(tree):
        for line, _, target in includes(text):
            if "/internal/" in target and not path.startswith("src/" + target.split("/internal/")[0] + "/"):
                yield path, line, f'"{target}" is private to its folder'


def rule_libraries(tree):
    for path, text in sources(tree):
        for line, kind, target in includes(text):
            if kind != "angle" or SYSTEM_HEADER.fullmatch(target):
                continue
            homes = [(home, name) for header, home, name in LIBRARY_HOMES if re.match(header, target)]
            if not homes:
                yield path, line, f"<{target}> has no home: give the library one in tools/tidy.py and docs/architecture.md"
            elif not re.match(homes[0][0], path):
                yield path, line, f"<{target}> lives in {homes[0][1]} alone"


def rule_calls(tree):
    for path, text in sources(tree):
        code = code_of(text)
        for pattern, home, instead in BANNED_CALLS:
            if home and re.match(home, path):
                continue
            for match in re.finditer(pattern, code):
                yield path, line_at(code, match.start()), f"{match.group().strip()}: {instead}"


def rule_co_await(tree):
    """GCC 12 destroys an aggregate temporary or a capturing lambda inside a co_await expression twice, and has miscompiled
    co_await inside a condition and behind co_return."""
    for path, text in sources(tree):
        code = code_of(text)
        for match in re.finditer(r"\bco_await\b", code):
            if not re.search(r"([;{})=]|\belse)\s*$", code[:match.start()]):
                yield path, line_at(code, match.start()), "co_await stands alone or initialises a name"
            for char in code[match.end():]:
                if char == ";":
                    break
                if char in "{[":
                    yield path, line_at(code, match.start()), f"'{char}' in a co_await statement: name the object first"
                    break


def rule_coroutines(tree):
    for path, text in sources(tree):
        if path.startswith("src/http/"):
            continue
        code = code_of(text)
        for match in re.finditer(r"\bco_(await|return|yield)\b", code):
            yield path, line_at(code, match.start()), "coroutines live in http/ alone"


def rule_charters(tree):
    root = "src/README.md"
    listed = set(re.findall(r"\]\((\w+)/README\.md\)", tree.get(root, "")))
    for folder in folders(tree):
        charter = f"src/{folder}/README.md"
        if charter not in tree:
            yield charter, 1, "the folder has no charter: purpose, what does not belong, main types, reading order"
        elif len(tree[charter].splitlines()) > CHARTER_LINES_MAX:
            yield charter, 1, f"{len(tree[charter].splitlines())} lines, at most {CHARTER_LINES_MAX}"
        if folder not in listed:
            yield root, 1, f"does not list {folder}"
    for folder in sorted(listed - set(folders(tree))):
        yield root, 1, f"lists {folder}, which does not exist"


def rule_unfinished(tree):
    for path, text in tree.items():
        if path.startswith(("src/", "tools/")) or path == "dev":
            for match in UNFINISHED.finditer(text):
                yield path, line_at(text, match.start()), f"{match.group()}: finish it, or make it an issue"


def rule_listed(tree):
    """Every source is built, every header is used, every other file is named by something."""
    included = {target for path, text in tree.items() if path.endswith((".cc", ".h")) for _, _, target in includes(text)}
    for path in tree:
        name = path.split("/")[-1]
        if not path.startswith("src/") or name in ("README.md", "CMakeLists.txt", "layers.txt"):
            continue
        if path.endswith(".h"):
            if path[len("src/"):] not in included:
                yield path, 1, "no file includes it"
            continue
        lists = [p for p in tree if p.endswith("/CMakeLists.txt") and path.startswith(p[:-len("CMakeLists.txt")])]
        nearest = max(lists, key=len, default=None)
        if not nearest:
            yield path, 1, "no CMakeLists.txt above it"
            continue
        words = set(re.split(r"[\s()\"]+", tree[nearest]))
        stem = name.partition(".")[0]  # how data files are named where a list is transformed into paths
        if path[len(nearest) - len("CMakeLists.txt"):] not in words and (path.endswith(".cc") or stem not in words):
            yield path, 1, f"not listed in {nearest}"
    for path, text in tree.items():
        if re.fullmatch(r"src/.*/CMakeLists\.txt", path):
            for word in re.findall(r"[\w/]+\.cc\b", re.sub(r"#[^\n]*|\$\{[^}]*\}\S*", "", text)):
                if path.replace("CMakeLists.txt", word) not in tree:
                    yield path, 1, f"lists {word}, which does not exist"


def rule_cmake_deps(tree):
    """What a module links, what its files include and what src/layers.txt allows are one list."""
    allowed = layers(tree)
    for folder in folders(tree):
        path = f"src/{folder}/CMakeLists.txt"
        if path not in tree or folder not in allowed:
            continue
        call = module_call(tree[path])
        used = {False: set(), True: set()}
        for source, text in sources(tree):
            if folder_of(source) == folder:
                used[bool(TEST_FILE.search(source))] |= {t.split("/")[0] for _, k, t in includes(text) if k == "quote"}
        deps, test_deps = set(call.get("DEPS", [])), set(call.get("TEST_DEPS", []))
        for extra in sorted(deps - set(allowed[folder])):
            yield path, 1, f"DEPS {extra}: src/layers.txt does not allow it"
        for extra in sorted(test_deps - set(allowed[folder]) - {"testing"}):
            yield path, 1, f"TEST_DEPS {extra}: src/layers.txt does not allow it"
        for missing in sorted((used[False] - deps - {folder}) & set(allowed)):
            yield path, 1, f"its files include {missing}/: add it to DEPS"
        for missing in sorted((used[True] - deps - test_deps - {folder}) & set(allowed)):
            yield path, 1, f"its tests include {missing}/: add it to TEST_DEPS"
        for dead in sorted(deps - used[False]):
            yield path, 1, f"DEPS {dead}: none of its files includes {dead}/"
        for dead in sorted(test_deps - used[True]):
            yield path, 1, f"TEST_DEPS {dead}: none of its tests includes {dead}/"


def rule_headers(tree):
    for path, text in sources(tree, ".h"):
        if not text.startswith("//"):
            yield path, 1, "a header opens with a comment: what it is for, thread-safety, who owns it"
        if "#pragma once" not in text:
            yield path, 1, "no #pragma once"


def rule_white_space(tree):
    for path, text in tree.items():
        for number, line in enumerate(text.split("\n"), 1):
            if line != line.rstrip():
                yield path, number, "white space at the end of the line"
            if "\t" in line:
                yield path, number, "tab"
        if text and (not text.endswith("\n") or text.endswith("\n\n")):
            yield path, len(text.splitlines()), "a file ends with exactly one newline"


def rule_names(tree):
    for path in tree:
        for part in path.split("/")[1:] if path.startswith(("src/", "tools/")) else []:
            if part not in ("README.md", "CMakeLists.txt") and not re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z]+)?", part):
                yield path, 1, f"{part}: file and folder names are snake_case"


RULES = {name[len("rule_"):]: function for name, function in list(globals().items()) if name.startswith("rule_")}


def findings(tree):
    for name, rule in RULES.items():
        for path, line, message in rule(tree):
            yield name, path, line, message


# ---- the mirror

def functions(text):
    """(lines, first line, name) of every function body: braces that open after a ')' outside any other function."""
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m.group()), code_of(text), flags=re.M)
    stack, start = [], 0  # of open braces: (is a function, line, name); start: where the present statement began
    for match in re.finditer(r"[{};]", code):
        at, char = match.start(), match.group()
        if char == "{":
            head = code[start:at]
            container = re.search(r"\b(namespace|class|struct|enum|union|extern)\b[^()]*$", head)
            name = re.search(r"([\w:~]+)\s*\(", head)
            inside = any(entry[0] for entry in stack)
            stack.append((not inside and not container and bool(name), line_at(code, at), name.group(1) if name else ""))
        elif char == "}" and stack:
            function, first, name = stack.pop()
            if function:
                yield line_at(code, at) - first + 1, first, name
        start = at + 1


def mirror(tree):
    files = sorted(((len(t.splitlines()), p) for p, t in sources(tree)), reverse=True)[:10]
    longest = sorted(((n, p, line, name) for p, t in sources(tree) for n, line, name in functions(t)), reverse=True)[:10]
    print("longest files (ask at 400 lines whether two things live in it):")
    for lines, path in files:
        print(f"  {lines:5}  {path}")
    print("longest functions (ask at 60):")
    for lines, path, line, name in longest:
        print(f"  {lines:5}  {path}:{line} {name}")


# ---- running

def self_test():
    """Every rule must be silent on the good tree, and each of its bad examples must make it speak."""
    from tidy_examples import BAD, GOOD
    wrong = [f"good tree: {path}:{line}: {message} [{name}]" for name, path, line, message in findings(GOOD)]
    for name, rule in RULES.items():
        wrong += [f"{name} is silent on {change}" for change in BAD[name] if not list(rule({**GOOD, **change}))]
    wrong += [f"{name} has no bad example" for name in RULES if not BAD[name]]
    print("\n".join(wrong), end="\n" if wrong else "")
    print(f"tidy --self-test: {len(RULES)} rules, {sum(map(len, BAD.values()))} bad examples, {len(wrong)} wrong")
    return 1 if wrong else 0


def main():
    if "--self-test" in sys.argv:
        return self_test()
    tree = read_tree(ROOT)
    found = list(findings(tree))
    for name, path, line, message in found:
        print(f"{path}:{line}: {message} [{name}]")
    if "--quiet" not in sys.argv:
        mirror(tree)
    print(f"tidy: {len(tree)} files, {len(RULES)} rules, {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
