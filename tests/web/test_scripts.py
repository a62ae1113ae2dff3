"""Scripts as sent: what the squeeze leaves out, what it keeps, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import brotli
import pytest

from survey_service.web import scripts, styles

STATIC = Path(styles.__file__).with_name("static")


@pytest.mark.parametrize(
    ("script", "sent"),
    [
        ("const a = 1; // one\n", "const a=1;"),
        ("/* a\n b */ let x = [ 1, 2 ] ;", "let x=[1,2];"),
        ("x = 'a  // b' + \"/* c */  d\";", "x='a  // b'+\"/* c */  d\";"),
        ("x = 'it\\'s  //' ;", "x='it\\'s  //';"),
        ("x = `a  ${ b /* } */ + `  ${c}` }  // d` ;", "x=`a  ${ b /* } */ + `  ${c}` }  // d`;"),
        ("x = `\\`  // ${'}'}` ;", "x=`\\`  // ${'}'}`;"),
        ("x = / [/]  \\/ /g . source ;", "x=/ [/]  \\/ /g.source;"),
        ("if (a) /b  c/.test(d) ;", "if(a)/b  c/.test(d);"),
        ("x = (a) / b  / c ;", "x=(a)/b/c;"),
        ("x = a.return / b  / c ;", "x=a.return/b/c;"),
        ("return /b  c/ in d", "return/b  c/ in d"),
        ("x = a / /b/ ;", "x=a/ /b/;"),
        ("x = a + +b - -c + ++d - --e ;", "x=a+ +b- -c+ ++d- --e;"),
        ("x = 1 .toString() ;", "x=1 .toString();"),
        ("x = 1e-5 - .5 ;", "x=1e-5-.5;"),
        ("x = a < !--b ;", "x=a< !--b;"),
        ("x = a-- > b ;", "x=a-- >b;"),
        ("typeof x in größe", "typeof x in größe"),
        ("a\nb", "a\nb"),
        ("a\n++b", "a\n++b"),
        ("return\na", "return\na"),
        ("return /* \n */ a", "return\na"),
        ("a()\n.b()\n", "a().b()"),
        ("a(\n  b,\n  c\n)\nd", "a(b,c)\nd"),
        ("f = () => {\n  g();\n}\nh()", "f=()=>{g();}\nh()"),
        ("a ? b\n: c", "a?b:c"),
        ("{...a,  ...b}", "{...a,...b}"),
    ],
)
def test_what_is_sent_of_a_script(script: str, sent: str) -> None:
    assert scripts.squeeze(script) == sent
    assert scripts.squeeze(sent) == sent


@pytest.mark.parametrize(
    ("script", "line"),
    [("a = 1;\nb = 'x", 2), ("`a ${b", 1), ("\n`a ${b}", 2), ("/* a", 1), ("a = /b", 1), ("f = {}\n/b/", 2)],
)
def test_a_script_that_cannot_be_told_apart_is_refused(script: str, line: int) -> None:
    with pytest.raises(scripts.ScriptFault, match=f"^Line {line}: "):
        scripts.squeeze(script)


@pytest.mark.parametrize("name", sorted(path.stem for path in STATIC.glob("*.js")))
def test_every_script_of_the_service_is_squeezed(name: str) -> None:
    written, sent = (STATIC / f"{name}.js").read_text("utf-8"), styles.script(name).text
    assert len(sent) < len(written)
    assert "\n  " not in sent
    assert "/*" not in sent


def test_the_evaluator_of_expressions_keeps_its_budget() -> None:
    sent = styles.script("evaluate").text.encode("utf-8")
    assert len(brotli.compress(sent, quality=11)) <= 3 * 1024
