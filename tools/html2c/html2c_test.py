#!/usr/bin/env python3
"""html2c_test.py HTML2C CC…: what html2c refuses, with its sentence and line; what it lets through is compiled for
real. The bytes that views write are tested in src/web/html_test.c. TAP."""
import os
import re
import subprocess
import sys
import tempfile

HTML2C, CC = sys.argv[1], sys.argv[2:]
VIEW = '{{view test_view (const Thing *v) "thing.h"}}\n'
HEADERS = {"thing.h": """
#pragma once
#include "web/html.h"
typedef struct { const char *name, *url; int count; int64_t big; const char *const *list; } Thing;
void test_view(Html *h, const Thing *v);
void other_view(Html *h, const Thing *v);
void bare_view(Html *h);
char *made_html(const char *text);
const char *asset_url(const char *name);
"""}

# On line 2 unless a third value says otherwise.
REFUSED = [
    # values and names
    ("<p class=a>x</p>", "the value of class must stand in quotes"),
    ("<p class={{= v->name}}>x</p>", "the value of class must stand in quotes"),
    ('<p {{= v->name}}="a">x</p>', "an expression cannot make the name of a tag or of an attribute"),
    ('<p data-{{= v->name}}="a">x</p>', "an expression cannot make the name of a tag or of an attribute"),
    ("<h{{# v->count}}>x</h1>", "an expression cannot make the name of a tag or of an attribute"),
    ("<{{= v->name}}>x", "a < that begins no tag is written &lt;"),
    ('<p class="a" id="b" class="c">x</p>', "the attribute class stands twice in <p>"),
    ('<p class="a"{{if v->count}} class="b"{{end}}>x</p>', "the attribute class stands twice in <p>"),
    ('<p{{if v->count}} class="b"{{end}} class="a">x</p>', "the attribute class stands twice in <p>"),
    ('<p{{for int i = 0; i < 2; i++}} class="b"{{end}}>x</p>', "a {{for}} would repeat an attribute"),
    ('<p class="a>x</p>', "the value of class is not closed by \""),
    ('<p "a">x</p>', "an attribute's name begins with a letter"),
    # scripts and styles
    ('<p onclick="x()">x</p>', "onclick: event handlers belong in the feature's .js"),
    ('<p ONCLICK="x()">x</p>', "onclick: event handlers belong"),
    ('<p style="color: red">x</p>', "style: the policy of the pages refuses style attributes"),
    ('<p style="{{= v->name}}">x</p>', "style: the policy of the pages refuses style attributes"),
    ("<style>p { color: red }</style>", "<style> is refused"),
    ("<script>alert(1)</script>", "a script stands in the feature's .js, not in the page"),
    ("<script>{{= v->name}}</script>", "a script stands in the feature's .js, not in the page"),
    ("<SCRIPT>alert(1)</SCRIPT>", "a script stands in the feature's .js, not in the page"),
    ("<svg><script>alert(1)</script></svg>", "a <script> has no place inside <svg>"),
    ('<script src="{{= v->url}}"></script>', "the address of a script is asset_url(…), nothing else"),
    ('<iframe srcdoc="{{= v->name}}"></iframe>', "srcdoc: a document inside an attribute"),
    ('<meta http-equiv="refresh" content="0;url=/">', "http-equiv: the server sends the headers"),
    ('<base href="/">', "<base> is refused"),
    ('<object data="/x"></object>', "<object> is refused"),
    ('<svg><animate attributeName="href" to="{{= v->url}}"/></svg>', "<animate> is refused"),
    ('<svg><a xlink:href="{{= v->url}}">x</a></svg>', "xlink:href: write href"),
    ('<a ping="{{= v->url}}">x</a>', "ping: no page tells anyone"),
    # addresses
    ('<a href="javascript:alert(1)">x</a>', "an address with javascript: is refused"),
    ('<a href="JavaScript:alert(1)">x</a>', "an address with javascript: is refused"),
    ('<a href="data:text/html,x">x</a>', "an address with data: is refused"),
    ('<a href=" javascript:x">x</a>', "an address begins with neither space nor &"),
    ('<a href="&#106;avascript:x">x</a>', "an address begins with neither space nor &"),
    ('<a href="//{{= v->name}}/">x</a>', "an address with // would leave the site"),
    ('<a href="/\\{{= v->name}}/">x</a>', "an address with // would leave the site"),
    ('<a href="https://{{= v->name}}/">x</a>', "an expression in href stands at its start, or after a beginning"),
    ('<a href="talk-{{= v->name}}/">x</a>', "an expression in href stands at its start, or after a beginning"),
    ('<form action="x{{= v->url}}"></form>', "an expression in action stands at its start"),
    ('<a href="{{# v->count}}">x</a>', "a number in href stands after a beginning"),
    ('<a href="{{_ "word"}}">x</a>', "translated words cannot stand in href, which is an address"),
    ('<a href="{{if v->count}}/a{{end}}">x</a>', "leave the address of href at different places"),
    ('<a href="{{if v->count}}/a{{else}}?b={{end}}{{= v->name}}">x</a>', "leave the address of href at different places"),
    ('<img srcset="{{= v->url}} 2x" alt="">', "the attribute srcset takes no expression"),
    ('<a rel="{{= v->name}}" href="/">x</a>', "the attribute rel takes no expression"),
    # elements
    ("<p>x", "<p> is never closed"),
    ("<div><p>x</div></p>", "</div> where </p> is due, for line 2"),
    ("</p>", "</p> closes nothing that is open"),
    ("<div/>", "<div/> does not close the element: write </div>"),
    ("<p", "the tag <p is not closed by >"),
    ("<p>a < b</p>", "a < that begins no tag is written &lt;"),
    ("<!-- seen by readers -->", "comments are written {{-- … --}}"),
    ("<title><b>x</b></title>", "<title> holds text only"),
    ("<title>{{! made_html(v->name)}}</title>", "this directive cannot stand here"),
    ("<textarea><p>x</p></textarea>", "<textarea> holds text only"),
    ('<textarea>{{if v->count}}<b>x</b>{{end}}</textarea>', "<b> comes before the {{end}}"),
    # blocks
    ("{{if v->count}}<p>x</p>", "this {{if}} is never ended by {{end}}"),
    ("<p>{{if v->count}}x</p>{{end}}", "</p> comes before the {{end}} of the {{if}} of line 2"),
    ("{{if v->count}}<p>{{end}}x</p>", "{{end}} comes before </p>, which line 2 asks for"),
    ("{{if v->count}}<p>{{else}}<div>{{end}}", "{{else}} comes before </p>, which line 2 asks for"),
    ('<p {{if v->count}}class="a{{end}}">x</p>', "a {{block}} ends inside the value of class"),
    ('<p{{if v->count}}>x</p>{{end}}', "comes before the {{end}} of the {{if}} of line 2"),
    ("{{end}}", "this {{else}} or {{end}} has no {{if}} or {{for}}"),
    ("<p>{{else}}</p>", "{{else}} comes before </p>"),
    ("{{if v->count}}a{{else}}b{{else}}c{{end}}", "after {{else}} comes {{end}}"),
    ("{{for int i = 0; i < 2; i++}}a{{else}}b{{end}}", "a {{for}} has no {{else}}"),
    # directives
    ("{{unless v->count}}x{{end}}", "{{unless v->count}} is no directive"),
    ("{{iffy}}", "{{iffy}} is no directive"),
    ("{{= }}", "{{=}} lacks its expression"),
    ("{{if}}x{{end}}", "{{if}} lacks its expression"),
    ("{{if v->count}}x{{end if}}", "{{end if}} takes no expression"),
    ("{{= v->name", "{{ is not closed by }}"),
    ('{{= "}}" ', "{{ is not closed by }}"),
    ("{{-- open", "the comment {{-- is not closed by --}}"),
    ("{{_ word}}", "{{_ takes one English text in double quotes"),
    ('{{_ "a", "b"}}', "{{_ with one and many lacks | and the number"),
    ('{{_ "a" v->name}}', "after the text of {{_ comes | and its arguments"),
    ("{{! v->name}}", "{{! takes only the call of a function whose name ends in _html"),
    ('{{! made_html("a") + x("b")}}', "{{! takes only the call of a function whose name ends in _html"),
    ("{{! strdup(v->name)}}", "{{! takes only the call of a function whose name ends in _html"),
    ("{{use other_view}}", "{{use}} names a view and its arguments"),
    ('<p class="{{use bare_view()}}">x</p>', "this directive cannot stand in an attribute's value"),
    ('<p class="{{! made_html(v->name)}}">x</p>', "this directive cannot stand in an attribute's value"),
    ("<p {{use bare_view()}}>x</p>", "this directive cannot stand inside a tag"),
    ("a\n\n<p>\n<b class=x></b></p>", "the value of class must stand in quotes", 5),
]
# Whole files.
REFUSED_FILES = [
    ("<p>x</p>", "a view's file begins with {{view name (parameter) \"header\"}}", 1),
    ('{{view}}', "{{view}} lacks its expression", 1),
    ('{{view test_view}}', "{{view}} is followed by a name and a parameter", 1),
    ("{{view test_view () thing.h}}", "a header stands in double quotes", 1),
    ("{{view test_view (const Thing *v)}}", "names a header, so nobody can call it", 1),
    (b"\n{{view test_view () \"thing.h\"}}\xff", "the file is not UTF-8", 1),
]
ACCEPTED = [
    '<!DOCTYPE html><html lang="fr"><head><title>{{= v->name}}</title></head><body></body></html>',
    '<script type="module" src="{{= asset_url("a.js")}}"></script>',
    '<a href="{{= v->url}}" title="{{= v->name}}">{{= v->name}} {{# v->big}}</a>',
    '<a href="/{{= v->name}}/talk/{{# v->count}}/?q={{= v->name}}#{{= v->name}}">x</a>',
    '<a href="mailto:{{= v->name}}?subject={{= v->name}}">x</a>',
    '<a href="{{if v->count}}/a/{{else}}/b/{{end}}{{= v->name}}">x</a>',
    '<option value="a"{{if v->count}} selected{{end}}{{if v->big}} disabled{{else}} class="x"{{end}}>x</option>',
    '<p class="a{{if v->count}} b{{else if v->big}} c{{end}}">x</p>',
    "{{for int i = 0; v->list[i]; i++}}<li>{{= v->list[i]}}</li>{{end}}",
    '{{_ "a word"}} {{_ "%s of %d" | v->name, v->count}} {{_ "%d place", "%d places" | v->count}}',
    '<p title="{{_ "a word"}} {{_ "%s" | v->name}} {{_ "One place", "%d places" | v->count}}">x</p>',
    '{{use other_view(v)}}{{use bare_view()}}{{! made_html(v->name)}}{{icon arrow}}{{icon v->count ? ICON_UP : ICON_DOWN}}',
    '{{-- }} not {{ seen --}}{{= "}}"}}',
    '<svg viewBox="0 0 1 1"><path d="M0 0"/><use href="#i-{{= v->name}}"/><title>t</title></svg>',
    "<textarea>{{if v->count}}{{= v->name}}{{end}}</textarea><pre>\n a</pre><br/><input disabled>",
]
# Sound HTML around wrong C: the compiler must stop at the view's own line.
WRONG_C = [
    ("a\n<p>\n{{= v->nmae}}</p>", 4, "nmae"),
    ('a\n<a href="/"\ntitle="{{= v->nmae}}">x</a>', 4, "nmae"),
    ("a\n{{if v->nmae}}x{{end}}", 3, "nmae"),
    ("{{= v->count}}", 2, "int-conversion"),
    ("{{# v->name}}", 2, "int-conversion"),
    ('{{_ "%d" | v->name}}', 2, "format"),
    ('{{_ "%d a", "%d b" | v->name}}', 2, ""),
    ("{{icon unheard_of}}", 2, "ICON_UNHEARD_OF"),
    ("{{use no_view(v)}}", 2, "no_view"),
]

number = failures = 0


def report(right, name, details=""):
    global number, failures
    number += 1
    failures += not right
    print(f"{'ok' if right else 'not ok'} {number} - {name}")
    for line in [] if right else details.splitlines():
        print(f"# {line}")


def write(folder, name, content):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())
    return path


def html2c(folder, content):
    source, out = write(folder, "test.html", content), os.path.join(folder, "test.view.c")
    if os.path.exists(out):
        os.unlink(out)
    done = subprocess.run([HTML2C, source, out], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    return done.returncode, done.stderr, out


def compile_c(folder, path):
    web = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "src")
    flags = subprocess.run(["pkg-config", "--cflags", "glib-2.0"], stdout=subprocess.PIPE, encoding="utf-8").stdout.split()
    done = subprocess.run([*CC, "-fsyntax-only", "-Wall", "-D_GNU_SOURCE", "-I", folder, "-I", web, *flags, path],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", env={**os.environ, "LC_ALL": "C"})
    return done.returncode, done.stdout


def expect_refused(folder, content, sentence, line, name):
    code, said, out = html2c(folder, content)
    wanted = f"test.html:{line}: error: "
    right = code == 1 and wanted in said and sentence in said and not os.path.exists(out) and said.count("\n") == 1
    report(right, f"refused: {name}", f"wanted {wanted}{sentence}\ngot    {said}")


def main():
    total = len(REFUSED) + len(REFUSED_FILES) + len(ACCEPTED) + len(WRONG_C)
    print(f"1..{total}")
    with tempfile.TemporaryDirectory() as folder:
        for name, content in HEADERS.items():
            write(folder, name, content)
        for snippet, sentence, *line in REFUSED:
            expect_refused(folder, VIEW + snippet, sentence, line[0] if line else 2, snippet.replace("\n", "⏎"))
        for content, sentence, line in REFUSED_FILES:
            expect_refused(folder, content, sentence, line, repr(content))
        for snippet in ACCEPTED:
            code, said, out = html2c(folder, VIEW + snippet)
            if code == 0:
                code, said = compile_c(folder, out)
            report(code == 0 and "warning" not in said, f"accepted: {snippet}", said)
        for snippet, line, word in WRONG_C:
            code, said, out = html2c(folder, VIEW + snippet)
            if code == 0:
                code, said = compile_c(folder, out)
            right = code != 0 and re.search(rf"test\.html:{line}:\d+: error: .*{re.escape(word)}", said)
            report(bool(right), "wrong C: " + snippet.replace("\n", "⏎"), said)
    return 1 if failures else 0


sys.exit(main())
