import { randomUUID } from 'node:crypto'
import { cookieOf, type Exchange } from './http/exchange.ts'

/** One account that is signed in to the emulator in one browser. */
export interface AccountSession {
  /** The `sid` claim. */
  sid: string
  userId: string
  /** Ids of the clients that got a code in this session. Front-channel logout calls each of them. */
  clientIds: Set<string>
}

const cookieName = 'entra_emulator_sso'

/** Single sign-on: the accounts that are signed in, for each browser. */
export class BrowserSessions {
  readonly #browsers = new Map<string, AccountSession[]>()

  accounts(exchange: Exchange): AccountSession[] {
    return this.#browsers.get(cookieOf(exchange, cookieName) ?? '') ?? []
  }

  /** Signs a user in and sets the browser's cookie, unless the user is signed in already. */
  signIn(exchange: Exchange, userId: string): AccountSession {
    const accounts = this.accounts(exchange)
    const known = accounts.find((account) => account.userId === userId)
    if (known) return known
    const account = { sid: randomUUID(), userId, clientIds: new Set<string>() }
    const browser = randomUUID()
    this.#browsers.delete(cookieOf(exchange, cookieName) ?? '')
    this.#browsers.set(browser, [...accounts, account])
    exchange.setCookies.push(`${cookieName}=${browser}; Path=/; HttpOnly; SameSite=Lax`)
    return account
  }

  signOut(exchange: Exchange, ended: readonly AccountSession[]): void {
    const browser = cookieOf(exchange, cookieName) ?? ''
    const left = this.accounts(exchange).filter((account) => !ended.includes(account))
    if (left.length > 0) this.#browsers.set(browser, left)
    else this.#browsers.delete(browser)
  }
}
