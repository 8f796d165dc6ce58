import { request } from 'undici'
import { fetchHeaders, type Target } from './target.ts'

/** Everybody who signs in has this name, and every answer to somebody who is signed in holds it. */
const person = 'Adele Vance'

/**
 * Sends one request, with the last of the cookies: a load of errors, or of answers to nobody, would look
 * like a fast server.
 * @throws when the status is not the target's, or the answer to a cookie does not name the person
 */
export async function requireAnswer({ origin, path, cookies, status }: Target): Promise<void> {
  const cookie = cookies.at(-1)
  const answer = await request(origin + path, { headers: fetchHeaders(cookie), reset: true })
  const body = await answer.body.text()
  if (answer.statusCode !== status) {
    throw new Error(`${origin}${path} answers ${String(answer.statusCode)}, not ${String(status)}`)
  }
  if (cookie !== undefined && !body.includes(person)) {
    throw new Error(`${origin}${path} answers as to nobody: ${body}`)
  }
}
