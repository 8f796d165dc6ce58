import { request } from 'undici'
import { fetchHeaders, type Target } from './target.ts'

/** The name of every user of the bench. Each answer to a signed-in user contains it. */
const person = 'Adele Vance'

/**
 * Sends one request with the last cookie, and checks the answer. Errors and signed-out answers are
 * cheap: under load they would look like a fast server.
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
