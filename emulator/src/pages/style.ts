import { createHash } from 'node:crypto'

export const style = `
:root{color-scheme:light dark;--paper:#fff;--ground:#f2f4f7;--ink:#1b1b1b;--soft:#5c5c5c;--line:#d5d8dd;--hover:#f2f4f7;--accent:#0f5ea8;--on-accent:#fff;--alert:#a4262c}
@media (prefers-color-scheme:dark){:root{--paper:#262626;--ground:#171717;--ink:#f3f3f3;--soft:#b8b8b8;--line:#444;--hover:#333;--accent:#7cc0ff;--on-accent:#0b1a28;--alert:#ff9a9a}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;background:var(--ground);color:var(--ink);font:16px/1.5 'Segoe UI',system-ui,sans-serif}
.ribbon{margin:0;padding:.6rem 1rem;text-align:center;text-wrap:balance;background:#5b2a86;color:#fff;font-weight:600}
main{width:min(27.5rem,100% - 1.5rem);margin:clamp(.75rem,8vh,5rem) auto;padding:clamp(1.25rem,6vw,2rem);background:var(--paper);border:1px solid var(--line);border-radius:.5rem;overflow-wrap:anywhere}
main>:last-child{margin-bottom:0}
h1{margin:0 0 1rem;font-size:1.5rem;font-weight:600;line-height:1.25;text-wrap:balance}
p{margin:0 0 1rem}
a{color:var(--accent)}
ul{margin:0 0 1.25rem;padding:0;list-style:none}
.permissions{padding-left:1.25rem;list-style:disc}
.permissions li{margin-bottom:.25rem}
dl{font-size:.875rem}
dt{color:var(--soft)}
dd{margin:0 0 .5rem}
form{margin-top:1.25rem}
label{display:block;margin-bottom:.35rem;font-weight:600}
input:not([type=hidden]){flex:1;min-width:0;min-height:44px;padding:0 .75rem;color:inherit;background:transparent;border:1px solid var(--soft);border-radius:.25rem;font:inherit}
input[aria-invalid]{border-color:var(--alert)}
::placeholder{color:var(--soft);opacity:1}
button,.button{display:inline-block;min-height:44px;padding:.55rem 1.25rem;color:inherit;background:transparent;border:1px solid var(--soft);border-radius:.25rem;font:inherit;text-decoration:none;cursor:pointer}
button:hover,.button:hover{border-color:var(--accent);background:var(--hover)}
.primary,.primary:hover{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.row{display:flex;gap:.75rem;flex-wrap:wrap}.end{justify-content:flex-end}
.accounts{margin-inline:-.5rem}
.accounts li+li{border-top:1px solid var(--line)}
.account{display:flex;gap:.9rem;align-items:center;width:100%;padding:.6rem .5rem;text-align:left;border-color:transparent}
.account strong,.account small{display:block}
small,.who{color:var(--soft)}
.initials{flex:none;width:2.5rem;height:2.5rem;border-radius:50%;background:#5b2a86;color:#fff;line-height:2.5rem;text-align:center}
.alert{color:var(--alert);font-weight:600}
.code{font-family:ui-monospace,monospace;letter-spacing:.1em;text-transform:uppercase}
.frames{display:none}
`

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/**
 * The Content-Security-Policy of every page. It must not have `form-action`, which would also block
 * the redirect to the client after a post.
 */
export function contentSecurityPolicy(...scripts: string[]): string {
  const allowed = scripts.length > 0 ? scripts.map(hash).join(' ') : "'none'"
  return `default-src 'none'; style-src ${hash(style)}; script-src ${allowed}; img-src data:; frame-src http: https:; base-uri 'none'; frame-ancestors 'none'`
}
