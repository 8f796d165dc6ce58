import { createInterface } from 'node:readline/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { DeviceLoginState } from '@entra-bff/shared'
import { createClient } from '@entra-bff/shared/client'
import { CookieJar } from 'tough-cookie'

// Signs in by a code that a person types on another device (RFC 8628), and prints the answer of
// GET /api/me. The server needs DEVICE_LOGIN=on.
const [origin = 'http://localhost:3000'] = process.argv.slice(2)
const jar = new CookieJar(undefined, { allowSpecialUseDomain: true })
const client = createClient({
  baseUrl: origin,
  // Node's `fetch` keeps no cookies.
  fetch: async (url, init) => {
    const cookie = await jar.getCookieString(url)
    const response = await fetch(url, { ...init, headers: { ...init.headers, cookie } })
    for (const line of response.headers.getSetCookie()) await jar.setCookie(line, url)
    return response
  },
})

const { id, message, interval } = await client.startDeviceLogin()
console.log(message)

let state: DeviceLoginState = { status: 'pending', interval }
while (state.status === 'pending') {
  await wait((state.interval ?? interval) * 1_000)
  state = await client.pollDeviceLogin(id)
}
if (state.status !== 'ready') throw new Error(`The sign-in is ${state.status}.`)

// Another person may have typed the code.
const terminal = createInterface(process.stdin, process.stdout)
const answer = await terminal.question(`Continue as ${state.user?.username ?? 'unknown'}? [y/N] `)
terminal.close()
if (answer === 'y') {
  await client.finishDeviceLogin(id)
  console.log(await client.call('me'))
} else {
  await client.cancelDeviceLogin(id)
}
