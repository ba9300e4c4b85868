"""The web page: frame, list of sellers, and the parts that every marketplace shares."""

import hmac
from html import escape
from urllib.parse import quote

from .faults import HTTP_FAULTS, SMTP_FAULTS
from .web import Answer, Problem

STYLE = """
:root{--ink:#1d2733;--soft:#66727f;--line:#dfe4ea;--paper:#fff;--ground:#f3f5f8;--accent:#1f5fbf;
--warm:#b4540a;--good:#1c7c4a;--bad:#b3261e}
*{box-sizing:border-box}
body{margin:0;font:14px/1.45 system-ui,"Segoe UI",Roboto,sans-serif;color:var(--ink);
background:var(--ground)}
header{display:flex;gap:16px;align-items:center;padding:10px 20px;background:#14233a;color:#fff}
header a{color:#fff;text-decoration:none;font-weight:600}header span{color:#a9b8cc}
header form{margin-left:auto}
main{padding:16px 20px;max-width:1500px;margin:auto}
h1{font-size:19px;margin:0 0 10px}h2{font-size:15px;margin:0 0 8px}
a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline}
.columns{display:grid;grid-template-columns:minmax(270px,340px) 1fr minmax(270px,340px);gap:14px;
align-items:start}
.card{background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:12px 14px;
margin-bottom:14px}
.list{max-height:64vh;overflow:auto;margin:0 -14px;border-top:1px solid var(--line)}
.item{display:block;padding:8px 14px;border-bottom:1px solid var(--line);color:inherit}
.item:hover{background:#f7f9fc;text-decoration:none}.item.on{background:#e8f0fd}
.item b{font-weight:600}.item small,.soft{color:var(--soft)}
.item .cut{display:block;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.tag{display:inline-block;border-radius:9px;padding:0 8px;font-size:12px;background:#e7ebf0;
color:#3c4854;white-space:nowrap}
.tag.good{background:#dff3e7;color:var(--good)}.tag.warm{background:#fdeedd;color:var(--warm)}
.tag.bad{background:#fbe3e1;color:var(--bad)}.tag.blue{background:#e1ecfb;color:var(--accent)}
.message{border-radius:8px;padding:8px 12px;margin:8px 0;background:#f2f4f7;max-width:86%;
white-space:pre-wrap;overflow-wrap:anywhere}
.message header,.message .who{all:unset;display:block;font-size:12px;color:var(--soft)}
.message.seller{background:#e1ecfb;margin-left:auto}.message.operator,.message.system{
background:#fff3df;margin-left:auto;margin-right:auto}
textarea,input,select{font:inherit;padding:5px 8px;border:1px solid #c5cdd6;border-radius:6px;
background:#fff;color:inherit;max-width:100%}textarea{width:100%;min-height:70px}
button{font:inherit;padding:5px 12px;border:1px solid #c5cdd6;border-radius:6px;background:#fff;
cursor:pointer}button.main{background:var(--accent);border-color:var(--accent);color:#fff}
button:hover{filter:brightness(.96)}
form.row,.row{display:flex;gap:8px;flex-wrap:wrap;align-items:center;margin:6px 0}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:4px 8px;
border-bottom:1px solid var(--line);vertical-align:top}th{color:var(--soft);font-weight:500}
td.number{text-align:right;white-space:nowrap}
.note{padding:8px 12px;border-radius:6px;background:#fbe3e1;color:var(--bad);margin-bottom:12px}
details summary{cursor:pointer;font-weight:600}
@media(max-width:1000px){.columns{grid-template-columns:1fr}}
"""
# Reload while nobody is typing, so that life and mails show by themselves.
REFRESH = """
setInterval(function(){var a=document.activeElement;
if(a&&/^(TEXTAREA|INPUT|SELECT)$/.test(a.tagName))return;
if([].some.call(document.querySelectorAll("textarea"),function(t){return t.value}))return;
fetch(location.href,{credentials:"same-origin"}).then(function(r){return r.ok?r.text():null})
.then(function(t){if(!t)return;var d=new DOMParser().parseFromString(t,"text/html");
var tops=[].map.call(document.querySelectorAll(".list"),function(e){return e.scrollTop});
document.querySelector("main").replaceWith(d.querySelector("main"));
[].forEach.call(document.querySelectorAll(".list"),function(e,i){e.scrollTop=tops[i]||0})})
.catch(function(){})},8000)
"""
COOKIE = "sandbox_token"


def frame(title, body):
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>"
        '<header><a href="/">Sandbox marketplaces</a><span>the other side of the desk</span>'
        f"</header><main>{body}</main><script>{REFRESH}</script></body></html>"
    )


def field(name, value="", kind="text", **more):
    """An <input>; `more` are attributes."""
    rest = "".join(f' {key}="{escape(str(text))}"' for key, text in more.items())
    return f'<input type="{kind}" name="{name}" value="{escape(str(value))}"{rest}>'


def select(name, values, chosen=None):
    options = "".join(
        f"<option{' selected' if value == chosen else ''}>{escape(value)}</option>"
        for value in values
    )
    return f'<select name="{name}">{options}</select>'


def button(label, do, main=False, **hidden):
    """A form of one button; `hidden` are its values."""
    return f'<form method="post">{hidden_fields(do=do, **hidden)}{press(label, main)}</form>'


def press(label, main=False):
    return f"<button{' class=main' if main else ''}>{escape(label)}</button>"


def hidden_fields(**values):
    return "".join(field(name, value, "hidden") for name, value in values.items())


def tag(text, tone=""):
    return f'<span class="tag {tone}">{escape(str(text))}</span>'


def seller_tools(seller, operations, tokens=True, mails="Mails received"):
    """Clock, faults, mails and calls: the same for every marketplace. `tokens`: it has some."""
    tools = _faults(seller, operations) + _mails(seller, mails) + _calls(seller)
    return _clock(seller, tokens) + tools


def _clock(seller, tokens):
    clock = seller.clock
    state = tag("frozen", "warm") if clock.frozen else ""
    if clock.offset and not clock.frozen:
        state = tag(f"{clock.offset / 3600:+.1f} h", "warm")
    return (
        f'<div class="card"><h2>Clock</h2><div>{clock.now():%d/%m/%Y %H:%M:%S} {state}</div>'
        f'<form method="post" class="row">{hidden_fields(do="clock")}'
        f"{field('hours', 24, 'number', step='any', style='width:80px')} hours"
        f'{press("Move")}</form><div class="row">'
        f"{button('Real time', 'clock', hours='real')}{button('Freeze', 'clock', hours='freeze')}"
        f"{button('Expire tokens', 'expire_tokens') if tokens else ''}"
        f"{button('One event of life', 'life')}</div></div>"
    )


def _faults(seller, operations):
    rows = "".join(
        f"<tr><td>{escape(f.operation)}</td><td>{escape(f.fault)}</td>"
        f"<td>{f.hits}/{f.times}</td></tr>"
        for f in seller.faults.faults
    )
    names = sorted({*HTTP_FAULTS, *SMTP_FAULTS})
    return (
        '<div class="card"><h2>Faults</h2>'
        f"<table>{rows}</table>"
        f'<form method="post" class="row">{hidden_fields(do="fault")}'
        f"{select('operation', ['*', 'token', 'smtp', 'wsdl', *operations])}"
        f"{select('fault', names)} times {field('times', 1, 'number', style='width:60px')}"
        f" s {field('seconds', 5, 'number', style='width:60px', step='any')}"
        f"{press('Switch on')}</form>{button('Clear all', 'clear_faults')}</div>"
    )


def _mails(seller, title):
    rows = "".join(
        f"<tr><td>{escape(m['at'][11:19])}</td><td>{escape(m['subject'])}<br>"
        f'<small class="soft">{escape(m["from"])} → {escape(m["to"])}</small></td>'
        f"<td>{tag(m['status'])}</td></tr>"
        for m in reversed(seller.mails[-12:])
    )
    return (
        f'<div class="card"><details><summary>{title} ({len(seller.mails)})</summary>'
        f"<table>{rows}</table></details></div>"
    )


def _calls(seller):
    rows = "".join(
        f"<tr><td>{escape(c['at'][11:19])}</td><td>{escape(c['operation'])}<br>"
        f'<small class="soft">{escape(c["summary"])}</small></td>'
        f"<td>{tag(c['fault'], 'bad') if c['fault'] else ''}</td></tr>"
        for c in reversed(list(seller.calls.entries)[-25:])
    )
    total = sum(seller.calls.counts.values())
    return (
        f'<div class="card"><details open><summary>Calls ({total})</summary>'
        f"<table>{rows}</table></details></div>"
    )


class Pages:
    """/ and /seller/LOGIN. With a control token, the page asks for it once (cookie)."""

    def __init__(self, hub, token=None):
        self.hub = hub
        self.token = token

    def answer(self, request):
        parts = [part for part in request.path.split("/") if part]
        try:
            if parts == ["login"] and request.method == "POST":
                return self._login(request)
            if not self._allowed(request):
                return Answer.html(_login_page(), 401)
            if not parts:
                return Answer.html(self._home())
            if len(parts) == 2 and parts[0] == "seller":
                return self._seller(request, parts[1])
        except Problem as problem:
            return Answer.html(frame("Problem", f"<p>{escape(problem.text)}</p>"), problem.status)
        return Answer.html(frame("Not found", "<p>There is no such page.</p>"), 404)

    def _allowed(self, request):
        if not self.token:
            return True
        return hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), self.token.encode())

    def _login(self, request):
        cookie = f"{COOKIE}={quote(request.form.get('token', ''))}; HttpOnly; SameSite=Strict"
        return Answer("", 303, headers={"Location": "/", "Set-Cookie": cookie + "; Path=/"})

    def _home(self):
        rows = "".join(
            f'<tr><td><a href="/seller/{quote(s.login, safe="")}">{escape(s.login)}</a></td>'
            f"<td>{escape(s.shop)}</td><td>{escape(s.platform)}</td><td>{escape(s.mode)}</td>"
            f'<td class="number">{sum(s.calls.counts.values())}</td></tr>'
            for s in list(self.hub.sellers.values())
        )
        return frame(
            "Sandbox marketplaces",
            '<div class="card"><h1>Sellers</h1><table><tr><th>Login</th><th>Shop</th>'
            f"<th>Marketplace</th><th>Reading</th><th>Calls</th></tr>{rows}</table></div>",
        )

    def _seller(self, request, login):
        seller = self.hub.sellers.get(login)
        if seller is None:
            raise Problem(404, f"There is no seller {login}.")
        note = ""
        if request.method == "POST":
            note = self._act(seller, request)
            if not note:  # a reload must not press the button again
                return Answer("", 303, headers={"Location": request.full_path.rstrip("?")})
        with seller.lock:
            body = self.hub.platforms[seller.platform].page(seller, request.args)
        if note:
            note = f'<div class="note">{escape(note)}</div>'
        return Answer.html(frame(f"{seller.shop} - sandbox", note + body))

    def _act(self, seller, request):
        """Carry a button out; returns a sentence when it could not be done."""
        if request.is_foreign:
            return "The form came from another site."
        rest = None
        try:
            with seller.lock:
                if not _common_act(self.hub, seller, request.form):
                    rest = self.hub.platforms[seller.platform].act(seller, request.form)
            if rest:
                rest()
            self.hub.touch(seller)
        except (ValueError, KeyError) as error:
            return str(error)
        return ""


def _common_act(hub, seller, form):
    do = form.get("do")
    if do == "clock":
        _move_clock(seller.clock, form["hours"])
    elif do == "fault":
        seller.faults.add(
            {
                "operation": form["operation"],
                "fault": form["fault"],
                "times": int(form["times"]),
                "seconds": float(form["seconds"]),
            }
        )
    elif do == "clear_faults":
        seller.faults.clear()
    elif do == "life":
        hub.platforms[seller.platform].live(seller)
    else:
        return False
    return True


def _move_clock(clock, hours):
    if hours == "real":
        clock.set({"offset_seconds": 0})
    elif hours == "freeze":
        clock.set({"frozen": clock.now().isoformat()})
    else:
        clock.set({"offset_seconds": clock.offset + float(hours) * 3600})


def _login_page():
    return frame(
        "Sandbox",
        '<div class="card"><h1>Control token</h1><form method="post" action="/login" class="row">'
        f"{field('token', '', 'password')}{press('Enter', True)}</form></div>",
    )
