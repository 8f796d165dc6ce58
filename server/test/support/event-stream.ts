import { request } from 'undici'
import type { Browser } from './browser.ts'

/** Opens the events of a session at a server, as `EventSource` does, and collects what arrives. */
export async function openEvents(origin: string, browser: Browser) {
  const cookie = await browser.cookieHeader()
  const headers = { cookie, accept: 'text/event-stream', 'sec-fetch-site': 'same-origin' }
  const answer = await request(`${origin}/api/session/events`, { headers })
  const ended = new Promise((resolve) => answer.body.once('close', resolve))
  const stream = { ...answer, text: '', isOver: false, ended }
  answer.body.setEncoding('utf8')
  answer.body.on('data', (text: string) => (stream.text += text))
  answer.body.on('close', () => (stream.isOver = true))
  return stream
}
