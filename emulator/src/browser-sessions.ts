import { randomUUID } from 'node:crypto'
import { cookieOf, type Exchange } from './http/exchange.ts'

/** One account signed in to the emulator in one browser. */
export interface AccountSession {
  /** The `sid` claim. */
  sid: string
  userId: string
  /** The clients that got a code in this session: they hear of its end. */
  clients: Set<string>
}

const cookieName = 'entra_emulator_sso'

/** The emulator's own single sign-on: which accounts are signed in, by browser. */
export class BrowserSessions {
  readonly #browsers = new Map<string, AccountSession[]>()

  accounts(exchange: Exchange): AccountSession[] {
    return this.#browsers.get(cookieOf(exchange, cookieName) ?? '') ?? []
  }

  /** Signs a user in, or finds the account already signed in; sets the browser's cookie. */
  signIn(exchange: Exchange, userId: string): AccountSession {
    const accounts = this.accounts(exchange)
    const known = accounts.find((account) => account.userId === userId)
    if (known) return known
    const account = { sid: randomUUID(), userId, clients: new Set<string>() }
    const browser = randomUUID()
    this.#browsers.delete(cookieOf(exchange, cookieName) ?? '')
    this.#browsers.set(browser, [...accounts, account])
    exchange.res.appendHeader(
      'set-cookie',
      `${cookieName}=${browser}; Path=/; HttpOnly; SameSite=Lax`,
    )
    return account
  }

  signOut(exchange: Exchange, ended: readonly AccountSession[]): void {
    const browser = cookieOf(exchange, cookieName) ?? ''
    const left = this.accounts(exchange).filter((account) => !ended.includes(account))
    if (left.length > 0) this.#browsers.set(browser, left)
    else this.#browsers.delete(browser)
  }
}
