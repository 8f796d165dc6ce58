import {
  AuthError,
  type INetworkModule,
  type NetworkRequestOptions,
  type NetworkResponse,
} from '@azure/msal-node'
import type { EntraHttp } from './http.ts'
import { IdentityProviderUnreachable } from './unreachable.ts'

/** Carries an error of the network through MSAL, which passes on no foreign errors but these. */
export class NetworkError extends AuthError {
  readonly unreachable: IdentityProviderUnreachable

  constructor(unreachable: IdentityProviderUnreachable) {
    super('unreachable', '', unreachable.message)
    // AuthError sets its own prototype, which would hide this class.
    Object.setPrototypeOf(this, NetworkError.prototype)
    this.unreachable = unreachable
  }
}

/** The network of MSAL: the connections to Entra. */
export class MsalNetwork implements INetworkModule {
  readonly #http: EntraHttp

  constructor(http: EntraHttp) {
    this.#http = http
  }

  sendGetRequestAsync<T>(
    url: string,
    options?: NetworkRequestOptions,
  ): Promise<NetworkResponse<T>> {
    return this.#send<T>('GET', url, options)
  }

  /** MSAL posts only to the token endpoint, and takes an answer without tokens for a success. */
  async sendPostRequestAsync<T>(
    url: string,
    options?: NetworkRequestOptions,
  ): Promise<NetworkResponse<T>> {
    const answer = await this.#send<T & object>('POST', url, options)
    if (answer.status !== 200 || 'access_token' in answer.body) return answer
    throw new NetworkError(
      new IdentityProviderUnreachable('the token endpoint answered 200 without tokens'),
    )
  }

  async #send<T>(
    method: 'GET' | 'POST',
    url: string,
    options?: NetworkRequestOptions,
  ): Promise<NetworkResponse<T>> {
    try {
      return await this.#http.send<T>(method, url, options)
    } catch (error) {
      throw error instanceof IdentityProviderUnreachable ? new NetworkError(error) : error
    }
  }
}
