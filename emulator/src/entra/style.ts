import { createHash } from 'node:crypto'

export const style = `
:root{color-scheme:light dark;--paper:#fff;--ground:#f2f4f7;--ink:#1b1b1b;--soft:#5c5c5c;--line:#c8c8c8;--accent:#0f5ea8;--on-accent:#fff;--alert:#a4262c}
@media (prefers-color-scheme:dark){:root{--paper:#262626;--ground:#171717;--ink:#f3f3f3;--soft:#b8b8b8;--line:#5a5a5a;--accent:#7cc0ff;--on-accent:#0b1a28;--alert:#ff9a9a}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;background:var(--ground);color:var(--ink);font:16px/1.5 'Segoe UI',system-ui,sans-serif}
.ribbon{margin:0;padding:.6rem 1rem;text-align:center;background:#5b2a86;color:#fff;font-weight:600}
main{max-width:27.5rem;margin:clamp(1rem,8vh,5rem) auto;padding:2rem;background:var(--paper);border:1px solid var(--line);border-radius:.5rem}
h1{margin:0 0 1rem;font-size:1.5rem;font-weight:600;line-height:1.25}
ul{margin:0 0 1.25rem;padding:0;list-style:none}
.permissions{padding-left:1.25rem;list-style:disc}
form{margin-top:1rem}
label{display:block;margin-bottom:.35rem;font-weight:600}
input:not([type=hidden]){flex:1;min-width:0;min-height:44px;padding:0 .75rem;color:inherit;background:transparent;border:1px solid var(--soft);border-radius:.25rem;font:inherit}
button{min-height:44px;padding:.5rem 1.25rem;color:inherit;background:transparent;border:1px solid var(--soft);border-radius:.25rem;font:inherit;cursor:pointer}
button:hover{border-color:var(--accent)}
button.primary{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.row{display:flex;gap:.75rem;flex-wrap:wrap}.end{justify-content:flex-end}
.account{display:flex;gap:.9rem;align-items:center;width:100%;padding:.6rem .5rem;text-align:left;border-color:transparent;border-bottom-color:var(--line);border-radius:0}
.account strong,.account small{display:block;overflow-wrap:anywhere}
small{color:var(--soft)}
.initials{flex:none;width:2.5rem;height:2.5rem;border-radius:50%;background:#5b2a86;color:#fff;line-height:2.5rem;text-align:center}
.alert{color:var(--alert);font-weight:600}
.frames{display:none}
code{font:600 1.1em ui-monospace,monospace}
`

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/**
 * The policy of every page. There is no `form-action` on purpose: it would also forbid the
 * redirects that follow a post, and those lead to the client.
 */
export function contentSecurityPolicy(...scripts: string[]): string {
  const allowed = scripts.length > 0 ? scripts.map(hash).join(' ') : "'none'"
  return `default-src 'none'; style-src ${hash(style)}; script-src ${allowed}; frame-src http: https:; base-uri 'none'; frame-ancestors 'none'`
}
