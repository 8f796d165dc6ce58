import type { DeviceLogin } from '@entra-bff/shared'
import type { Answer, Browser } from './browser.ts'
import { laterSeconds } from './clock.ts'

export const deviceLogins = '/api/device-logins'

/** A device login, with the browser that started it. */
export interface StartedLogin extends DeviceLogin {
  browser: Browser
}

export async function startDeviceLogin(browser: Browser): Promise<StartedLogin> {
  const { json } = await browser.fetch(deviceLogins, { method: 'POST' })
  return { ...(json as DeviceLogin), browser }
}

/** The status as the browser sees it after waiting; by default, as long as it was told to wait. */
export async function statusOf(
  { browser, id, interval }: StartedLogin,
  waitSeconds = interval,
): Promise<unknown> {
  laterSeconds(waitSeconds)
  return (await browser.fetch(`${deviceLogins}/${id}`)).json
}

/** Asks for the session of a device login that is ready. */
export function finishDeviceLogin({ browser, id }: StartedLogin): Promise<Answer> {
  return browser.fetch(`${deviceLogins}/${id}`, { method: 'POST' })
}
