import type { SampleUser } from '../directory/users.ts'
import { style } from './style.ts'

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export const escape = (text: string): string => text.replace(/[&<>"']/g, (c) => entities[c] ?? c)

export function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)} · Local emulator</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<header class="ribbon">Local emulator. This is not Microsoft.</header>
<main>
<h1>${escape(title)}</h1>
${content}
</main>
</body>
</html>`
}

/** Where the buttons of a page post to, and the hidden fields they send. */
export interface FormTarget {
  action: string
  hidden?: Record<string, string>
}

export function form({ action, hidden = {} }: FormTarget, content: string): string {
  const fields = Object.entries(hidden).map(
    ([name, value]) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`,
  )
  return `<form method="post" action="${escape(action)}">${fields.join('')}${content}</form>`
}

export const alert = (text: string | undefined): string =>
  text === undefined ? '' : `<p class="alert" role="alert" id="alert">${escape(text)}</p>`

interface Field {
  name: string
  label: string
  error: string | undefined
  attributes: string
}

/** A labeled text field and its button. An error ties the field to the alert of the page. */
export function field({ name, label, error, attributes }: Field): string {
  const wrong = error === undefined ? '' : ' aria-invalid="true" aria-describedby="alert"'
  return `<label for="${name}">${label}</label>
<div class="row"><input id="${name}" name="${name}" required ${attributes}${wrong}><button class="primary">Next</button></div>`
}

/** A user principal name that may break after the at sign on a narrow page. */
const breakable = (username: string) => escape(username).replace('@', '@<wbr>')

export const whoLine = ({ username }: SampleUser): string =>
  `<p class="who">${breakable(username)}</p>`

/** A list of accounts. A click sends the chosen username under `name`. */
export function accountList(name: string, users: readonly SampleUser[]): string {
  const items = users.map((user) => {
    const initials = `${user.givenName.slice(0, 1)}${user.surname.slice(0, 1)}`
    return `<li><button class="account" name="${name}" value="${escape(user.username)}">
<span class="initials" aria-hidden="true">${escape(initials)}</span>
<span><strong>${escape(user.displayName)}</strong> <small>${breakable(user.username)}</small></span>
</button></li>`
  })
  return `<ul class="accounts">${items.join('')}</ul>`
}
