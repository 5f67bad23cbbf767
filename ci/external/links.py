"""Follows every link of a built book: `links.py FOLDER`. A link to a file or a heading that is not there is an error."""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.ids, self.links = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.ids.update(given[name] for name in ("id", "name") if given.get(name))
        # What the book's own frame brings (styles, scripts) counts too: the book is read without a network.
        self.links += [given[name] for name in ("href", "src") if given.get(name)]


def main(folder):
    root = Path(folder).resolve()
    pages = {path: Page(path.read_text()) for path in sorted(root.rglob("*.html"))}
    faults, count = [], 0
    for path, page in pages.items():
        # Served for addresses that are not there, from any depth.
        if path.name == "404.html":
            continue
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme == "data":
                continue
            count += 1
            at = f"{path.relative_to(root)}: {link}"
            if parts.scheme or parts.netloc:
                faults.append(f"{at} leads out of the book")
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file():
                faults.append(f"{at} is not there")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids:
                faults.append(f"{at} has no such heading")
    if faults or count < 100:
        sys.exit("\n".join(faults) or f"error: only {count} links were found")
    print(f"Its {len(pages)} pages hold {count} links, and each leads to a page and heading that are there.")


main(sys.argv[1])
