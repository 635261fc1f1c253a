"""What a theme's files say, read by means of our own: no line of Stoa, another way of reading. `expected(files, targets)` is the answer of
GET /theme with every member, made from the files alone; `targets` says which ids a link's handle has.
"""
import re
import urllib.parse

from truth import Number, loads

STRING = r'"(?:\\.|[^"\\])*"'
TOKENS = re.compile(rf"({STRING})|/\*.*?\*/|//[^\n]*", re.S)
COMMAS = re.compile(rf"({STRING})|,(?=\s*[}}\]])", re.S)
SCHEMA = re.compile(r"{%-?\s*schema\s*-?%}(.*?){%-?\s*endschema\s*-?%}", re.S)
COMMENT = re.compile(r"{%-?\s*comment\s*-?%}.*?{%-?\s*endcomment\s*-?%}", re.S)
KINDS = {"product": "products", "collection": "collections", "blog": "blogs", "article": "articles", "page": "pages",
         "link": "menus"}  # link_list


def plain(text):
    """The value of a theme's JSON: without its byte order mark, comments and trailing commas."""
    bare = TOKENS.sub(lambda found: found.group(1) or " ", text.removeprefix("\ufeff"))
    return loads(COMMAS.sub(lambda found: found.group(1) or "", bare))


def schema(liquid):
    found = SCHEMA.search(COMMENT.sub("", liquid))
    return plain(found.group(1)) if found else None


def types(settings):
    return {each["id"]: each.get("type") for each in settings or [] if "id" in each}


class Theme:
    """`files`: name to text. `targets`: (kind, handle) to the id that a reader may see; articles by "blog/article"."""

    def __init__(self, files, targets):
        self.files, self.targets = files, targets
        self.json, self.errors = {}, set()
        for name, text in files.items():
            if re.fullmatch(r"(templates|sections|locales)/.*\.json|config/settings_(data|schema)\.json", name):
                try:
                    self.json[name] = plain(text)
                except ValueError:
                    self.errors.add(name)
        self.schemas = {name: schema(text) for name, text in files.items() if re.fullmatch(r"(sections|blocks)/.*\.liquid", name)}
        data = self.json.get("config/settings_data.json", {})
        self.current = data.get("current", {})
        self.preset = self.current if isinstance(self.current, str) else None
        if self.preset:
            self.current = data.get("presets", {}).get(self.preset, {})
        self.settings = {name: value for name, value in self.current.items() if name not in ("sections", "blocks", "content_for_index")}
        self.setting_types = {}
        for group in self.json.get("config/settings_schema.json", []):
            self.setting_types.update(types(group.get("settings")))

    def link(self, kind, text):
        """(kind, handle) that a text names, or None."""
        if "://" in text:
            found = re.fullmatch(r"shopify://(products|collections|blogs|articles|pages|menus|shop_images|files)/([^?#]+).*", text, re.S)
            if not found:
                return None
            kind, handle = found.groups()
            if kind in ("shop_images", "files"):  # by the file's name, whatever folder the link says
                return ("media", urllib.parse.unquote(handle).rsplit("/", 1)[-1])
        else:
            kind, handle = KINDS.get((kind or "").removesuffix("_list")), text
        if kind == "blogs" and "/" in handle:
            kind = "articles"
        return (kind, handle) if kind and handle and ("/" in handle) == (kind == "articles") else None

    def meaning(self, kind, value):
        """What a setting points at now; None: nothing."""
        if isinstance(value, Number) or value is None:
            return None
        if isinstance(value, list):
            found = [self.targets.get(self.link(kind, each)) for each in value if isinstance(each, str) and not isinstance(each, Number)]
            return [gid for gid in found if gid] or None
        if not isinstance(value, str):
            return None
        source = re.fullmatch(r"\s*{{\s*settings\.([\w.-]+)\s*}}\s*", value)
        if source:
            there = self.settings
            for key in source.group(1).split("."):
                there = there.get(key) if isinstance(there, dict) else None
            leads = self.meaning(self.setting_types.get(source.group(1)), there)
            is_link = isinstance(there, str) and not isinstance(there, Number) and self.link(self.setting_types.get(source.group(1)), there)
            return leads if leads or is_link else there
        if self.link(kind, value):
            return self.targets.get(self.link(kind, value))
        anchors = {url: self.targets.get(self.link(None, url)) for _, url in re.findall(r"""href=(["'])(shopify://.*?)\1""", value, re.S)}
        return {url: gid for url, gid in anchors.items() if gid} or None

    def resolved(self, settings, kinds):
        found = {name: self.meaning(kinds.get(name), value) for name, value in settings.items()}
        return {name: value for name, value in found.items() if value is not None}

    def kinds(self, section, block=None):
        """The types of the settings of a section, or of a block in it."""
        own = self.schemas.get(f"sections/{section}.liquid") or {}
        if block is None:
            return types(own.get("settings"))
        for each in own.get("blocks", []):
            if each.get("type") == block and "settings" in each:
                return types(each["settings"])
        return types((self.schemas.get(f"blocks/{block}.liquid") or {}).get("settings"))

    def sections(self, by_id, order=None, section=None):
        """The array that is served for a map of sections or, with `section` (its type), of blocks."""
        by_id = by_id or {}
        listed = [each for each in dict.fromkeys(order or []) if each in by_id]
        out = []
        for each in [*listed, *(one for one in by_id if one not in listed)]:
            raw = by_id[each]
            settings = raw.get("settings", {})
            kinds = self.kinds(raw.get("type")) if section is None else self.kinds(section, raw.get("type"))
            made = {**raw, "id": each, "type": raw.get("type"), "disabled": raw.get("disabled") is True, "settings": settings,
                    "resolved": self.resolved(settings, kinds),
                    "blocks": self.sections(raw.get("blocks"), raw.get("block_order"), raw.get("type") if section is None else section)}
            made.pop("block_order", None)
            missing = [one for one in raw.get("block_order", []) if one not in raw.get("blocks", {})]
            if missing:
                made["missingBlocks"] = missing
            if order is not None and each not in listed and raw.get("static") is not True:
                made["unlisted"] = True
            out.append(made)
        return out

    def sectioned(self, name):
        """A template or section group."""
        if name in self.errors:
            return {"filename": name, "error": "?", "sections": []}
        raw = self.json[name]
        out = {"filename": name, "error": None, **{key: value for key, value in raw.items() if key not in ("sections", "order", "name")}}
        if "name" in raw:
            out["title"] = raw["name"]
        found = re.fullmatch(r"templates/(?:(.+)/)?([^/.]+)(?:\.(.+))?\.json", name)
        if found:
            out["template"] = dict(zip(("directory", "name", "suffix"), found.groups()))
        missing = [each for each in raw.get("order", []) if each not in raw.get("sections", {})]
        if missing:
            out["missingSections"] = missing
        out["sections"] = self.sections(raw.get("sections"), raw.get("order"))
        return out

    def expected(self):
        """Every member of the answer that comes from files."""
        data = self.json.get("config/settings_data.json", {})
        home = self.current.get("content_for_index", [])
        stem = lambda name: name.split("/", 1)[1].rsplit(".", 1)[0]
        named = lambda folder: [name for name in [*self.json, *self.errors] if name.startswith(folder) and ".context." not in name]
        overrides = sorted(name for name in self.json if ".context." in name)
        in_data = self.current.get("sections", {})
        out = {
            "parsed": True, "settings": self.settings, "resolved": self.resolved(self.settings, self.setting_types), "preset": self.preset,
            "sections": self.sections({**{each: in_data[each] for each in home if each in in_data}, **in_data}),
            "contentForIndex": home, "blocks": self.sections(self.current.get("blocks"), section=""),
            "presets": data.get("presets", {}), "platformCustomizations": data.get("platform_customizations"),
            "templates": {stem(name): self.sectioned(name) for name in named("templates/")},
            "sectionGroups": {stem(name): self.sectioned(name) for name in named("sections/")},
            "contextOverrides": [{"filename": name, "error": None, "parent": self.json[name].get("parent") or stem(name).split(".context.")[0],
                                  "context": stem(name).split(".context.")[1], "content": self.json[name]} for name in overrides],
            "settingsSchema": self.json.get("config/settings_schema.json"),
            "sectionSchemas": {stem(name): value for name, value in self.schemas.items() if name.startswith("sections/")},
            "blockSchemas": {stem(name): value for name, value in self.schemas.items() if name.startswith("blocks/")},
            "locales": {stem(name): self.json.get(name) for name in self.files if re.fullmatch(r"locales/.*\.json", name)}}
        if home and "templates/index.json" not in self.files:
            out["templates"]["index"] = {"filename": "config/settings_data.json", "error": None,
                                         "template": {"directory": None, "name": "index", "suffix": None},
                                         "sections": self.sections({each: in_data[each] for each in home if each in in_data})}
        return out
