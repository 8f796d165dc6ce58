import { randomUUID } from 'node:crypto'
import { cookieOf, type Exchange } from './http/exchange.ts'
import { epochSeconds } from './lifetimes.ts'

/** How and when a user proved who they are. */
export interface Proof {
  /** Seconds since the epoch: the `auth_time` claim. */
  authTime: number
  /** Whether a second factor was part of it. */
  mfa: boolean
}

/** One account that is signed in to the emulator in one browser. */
export interface AccountSession {
  /** The `sid` claim. */
  sid: string
  userId: string
  /** Ids of the clients that got a code in this session. Front-channel logout calls each of them. */
  clientIds: Set<string>
  /** The last proof. */
  proof: Proof
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
    const proof = { authTime: epochSeconds(), mfa: false }
    const account = { sid: randomUUID(), userId, clientIds: new Set<string>(), proof }
    const browser = randomUUID()
    this.#browsers.delete(cookieOf(exchange, cookieName) ?? '')
    this.#browsers.set(browser, [...accounts, account])
    exchange.setCookies.push(`${cookieName}=${browser}; Path=/; HttpOnly; SameSite=Lax`)
    return account
  }

  /** Signs a user out in every browser. */
  forget(userId: string): void {
    for (const [browser, accounts] of this.#browsers) {
      this.#browsers.set(
        browser,
        accounts.filter((account) => account.userId !== userId),
      )
    }
  }

  signOut(exchange: Exchange, ended: readonly AccountSession[]): void {
    const browser = cookieOf(exchange, cookieName) ?? ''
    const left = this.accounts(exchange).filter((account) => !ended.includes(account))
    if (left.length > 0) this.#browsers.set(browser, left)
    else this.#browsers.delete(browser)
  }
}
