"""Files made to hurt: each is refused within the bounds of time and memory, measured in its own process.

Time is processor time, so that a busy machine does not make the tests fail.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

SECONDS = 6.0  # two on a quiet machine; the rest is for a busy one
MEGABYTES = 500

HOSTILE = {
    "fifty megabytes": 'b"<a>" + b"x" * 50_000_000 + b"</a>"',
    "depth ten thousand": 'b"<a>" * 10_000 + b"</a>" * 10_000',
    "one level too deep": 'b"<a>" * 201 + b"</a>" * 201',
    "hundred thousand elements": 'b"<r>" + b"<a/>" * 100_000 + b"</r>"',
    "two million elements": 'b"<r>" + b"<a/>" * 2_000_000 + b"</r>"',
    "ten million openings": 'b"<" * 10_000_000',
    "sixty thousand attributes": """b"<r " + b" ".join(b'a%d=""' % i for i in range(60_000)) + b"/>" """,
    "million attributes": """b"<r " + b" ".join(b'a%d=""' % i for i in range(900_000)) + b"/>" """,
    "forty thousand namespaces": """b"<r " + b" ".join(b'xmlns:n%d="u"' % i for i in range(40_000)) + b"/>" """,
    "nine megabytes of text": 'b"<r>" + b"x" * 9_000_000 + b"</r>"',
    "long attribute": """b"<r a='" + b"x" * 300_000 + b"'/>" """,
    "long name": 'b"<" + b"x" * 9_000_000 + b"/>"',
    "unclosed comments": 'b"<!--" * 1_000_000',
    "unclosed instructions": 'b"<r>" + b"<?" * 100_000',
    "billion laughs": """b'<!DOCTYPE z [<!ENTITY a0 "ha">' + b"".join(
        b'<!ENTITY a%d "%s">' % (i, b"&a%d;" % (i - 1) * 10) for i in range(1, 12)) + b"]><z>&a11;</z>" """,
    "quadratic blowup": """b'<!DOCTYPE z [<!ENTITY a "' + b"x" * 100_000 + b'">]><z>' + b"&a;" * 100_000 + b"</z>" """,
    "external entity": """b'<!DOCTYPE z [<!ENTITY a SYSTEM "file:///etc/passwd">]><z>&a;</z>'""",
    "external subset": """b'<!DOCTYPE z SYSTEM "http://192.0.2.1/z.dtd"><z/>'""",
    "parameter entity": """b'<!DOCTYPE z [<!ENTITY % a SYSTEM "http://192.0.2.1/z"> %a;]><z/>'""",
    "lower-case doctype": "b'<!doctype z><z/>'",
    "utf-16 doctype": """'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE z><z/>'.encode("utf-16")""",
    "utf-16 without mark": """'<!DOCTYPE z><z/>'.encode("utf-16-le")""",
    "utf-32": """'<!DOCTYPE z><z/>'.encode("utf-32")""",
    "utf-7": """b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE z+AD4-<z/>'""",
    "ebcdic": """'<?xml version="1.0"?><!DOCTYPE z><z/>'.encode("cp037")""",
    "lies about its encoding": """b'<?xml version="1.0" encoding="UTF-8"?>' + '<z>案</z>'.encode("utf-16-le")""",
}

PROBE = """
import json, sys, time
from engine.markup import MarkupError, read
from tests.support.memory import peak_megabytes
data = eval(sys.argv[1])
begun = time.process_time()
try:
    read(data, file="hostile.bpmn")
    refused = None
except MarkupError as error:
    refused = str(error)
print(json.dumps([refused, time.process_time() - begun, peak_megabytes()]))
"""


def probe(source: str) -> tuple[str | None, float, float]:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, source], capture_output=True, text=True, timeout=60, check=True
    )
    refused, seconds, megabytes = json.loads(done.stdout)
    return refused, seconds, megabytes


@pytest.mark.parametrize("name", HOSTILE)
def test_is_refused_quickly_and_in_little_memory(name: str) -> None:
    refused, seconds, megabytes = probe(HOSTILE[name])
    assert refused is not None
    assert refused.startswith("hostile.bpmn:")
    assert "Traceback" not in refused
    assert "/etc" not in refused
    assert len(refused) < 600
    assert seconds < SECONDS
    assert megabytes < MEGABYTES


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("as many elements as allowed", 'b"<r>" + b"<a b=\'1\'>t</a>" * 49_999 + b"</r>"'),
        ("as deep as allowed", 'b"<a>" * 200 + b"</a>" * 200'),
        ("character references", 'b"<r>" + b"&#65;" * 100_000 + b"</r>"'),
        (
            "inclusion left alone",
            """b'<r xmlns:x="http://www.w3.org/2001/XInclude"><x:include href="/etc/passwd" parse="text"/></r>'""",
        ),
    ],
)
def test_what_is_within_the_bounds_is_read_within_them(name: str, source: str) -> None:
    refused, seconds, megabytes = probe(source)
    assert refused is None, name
    assert seconds < SECONDS
    assert megabytes < MEGABYTES
