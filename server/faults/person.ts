import { type Agent, request } from 'undici'

/** Somebody who is signed in, by the cookies of the browser. */
export interface Person {
  username: string
  cookie: string
}

export interface Seen {
  status: number
  json: unknown
}

/** Sends what the page sends. */
export async function get(
  address: string,
  path: string,
  { cookie }: Pick<Person, 'cookie'>,
  agent: Agent,
): Promise<Seen> {
  const headers = headersOf(cookie)
  const answer = await request(`${address}${path}`, { headers, dispatcher: agent })
  const text = await answer.body.text()
  return { status: answer.statusCode, json: parse(text) }
}

/** @returns the status of the answer */
export async function signOut(address: string, { cookie }: Person, agent: Agent): Promise<number> {
  const headers = headersOf(cookie)
  const url = `${address}/auth/logout`
  const answer = await request(url, { method: 'POST', headers, dispatcher: agent })
  await answer.body.dump()
  return answer.statusCode
}

/** @returns whether the person is signed in; undefined when the server could not tell */
export async function isSignedIn(
  address: string,
  person: Person,
  agent: Agent,
): Promise<boolean | undefined> {
  const { status, json } = await get(address, '/api/session', person, agent)
  if (status !== 200) return undefined
  const { authenticated, user } = json as { authenticated: boolean; user?: { username: string } }
  return authenticated && user?.username === person.username
}

function headersOf(cookie: string) {
  return { cookie, 'x-csrf': '1', accept: 'application/json' }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
