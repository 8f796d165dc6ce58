import type { Mutation } from './mutation.ts'

const idToken = 'server/src/entra/id-token.ts'

export const entra: Mutation[] = [
  {
    rule: 'A5',
    breaks: 'the nonce is not checked',
    change: {
      [idToken]: { "if (claims['nonce'] !== nonce)": "if (claims['nonce'] === '')" },
    },
  },
  {
    rule: 'A5',
    breaks: 'the audience is not checked',
    change: { [idToken]: { 'audience: clientId,': '' } },
  },
  {
    rule: 'A5',
    breaks: 'a second audience is admitted',
    change: { [idToken]: { 'if (Array.isArray(payload.aud))': "if (payload.aud === '')" } },
  },
  {
    rule: 'A5',
    breaks: 'azp is not checked',
    change: { [idToken]: { "claims['azp'] !== clientId": "claims['azp'] === ''" } },
  },
  {
    rule: 'A5',
    breaks: 'an ID token from the future is admitted',
    change: { [idToken]: { 'payload.iat > latest': 'payload.iat > 9 * latest' } },
  },
  {
    rule: 'A5',
    breaks: 'the signature is not checked',
    change: {
      [idToken]: {
        'import { errors,': 'import { decodeJwt, errors,',
        'if (error instanceof errors.JOSEError)':
          'if (error instanceof errors.JWSSignatureVerificationFailed)\n      return { claims: decodeJwt(token), keyIssuer }\n    if (error instanceof errors.JOSEError)',
      },
    },
  },
  {
    rule: '#29',
    breaks: 'clocks may differ by nine minutes',
    change: { [idToken]: { 'clockToleranceSeconds = 300': 'clockToleranceSeconds = 540' } },
  },
  {
    rule: 'A6',
    breaks: 'the issuer is not checked',
    change: { [idToken]: { 'claims.iss !== issuer || ': '' } },
  },
  {
    rule: 'A6',
    breaks: 'the key of another tenant signs',
    change: { [idToken]: { 'if (keyIssuer && ': "if (keyIssuer === '' && " } },
  },
  {
    rule: 'A6',
    breaks: 'ALLOWED_TENANTS does not count',
    change: {
      [idToken]: {
        '!allowedTenants.includes(tid)': "allowedTenants.includes('')",
      },
    },
  },
  {
    rule: 'A10',
    breaks: 'a discovery document of another tenant is taken',
    change: {
      'server/src/entra/discovery.ts': {
        'if (isSameTenant && (': 'if (true || isSameTenant && (',
      },
    },
  },
  {
    rule: 'A10',
    breaks: 'an endpoint without TLS is taken',
    change: {
      'server/src/entra/discovery.ts': {
        'if (isPrivateTransport(new URL(endpoint)))':
          'if (isPrivateTransport(new URL(endpoint)) || endpoint)',
      },
    },
  },
  {
    rule: 'H1',
    breaks: 'Entra is not told whom to sign out',
    change: {
      'server/src/entra/client.ts': { 'if (loginHint) url.': "if (loginHint === '') url." },
    },
  },
  {
    rule: 'E3',
    breaks: 'Entra is not told that claims challenges are answered',
    change: {
      'server/src/entra/msal-application.ts': {
        "clientCapabilities: ['CP1']": 'clientCapabilities: []',
      },
    },
  },
  {
    rule: 'D6',
    breaks: 'a rotated refresh token is lost',
    change: {
      'server/src/entra/token-cache.ts': {
        '...(refreshToken && { refreshToken })':
          '...(refreshToken && { refreshToken: before.refreshToken ?? refreshToken })',
      },
    },
  },
  {
    rule: 'D6',
    breaks: 'each request refreshes the token by itself',
    change: {
      'server/src/tokens/single-flight.ts': {
        'return this.#running.get(id) ?? this.#start(': 'return this.#start(',
        'this.#lastOfGroup.get(group) ?? Promise.resolve()': 'Promise.resolve()',
      },
      'server/src/tokens/refresh-leases.ts': { 'performance.now() < giveUpAt': 'giveUpAt < 0' },
    },
  },
  {
    rule: '#23',
    breaks: 'each process refreshes the token by itself',
    change: {
      'server/src/tokens/refresh-leases.ts': { 'performance.now() < giveUpAt': 'giveUpAt < 0' },
    },
  },
  {
    rule: '#23',
    breaks: 'a refresh of many seconds loses its lease',
    change: {
      'server/src/tokens/refresh-leases.ts': { 'void this.#extend(name, owner)': 'undefined' },
    },
  },
  {
    rule: '#23',
    breaks: 'the lease of a killed process lasts for hours',
    change: {
      'server/src/tokens/refresh-leases.ts': { 'leaseMs = 5_000': 'leaseMs = 5_000_000' },
    },
  },
  {
    rule: 'E3',
    breaks:
      'a token that was asked for without the claims answers a claims challenge of another process',
    change: {
      'server/src/tokens/token-refresh.ts': {
        'if (rejected?.claims !== undefined) refused': "if (rejected?.claims === '') refused",
      },
    },
  },
  {
    rule: 'D5',
    breaks: 'Entra is asked again at once while it asks for a pause',
    change: {
      'server/src/tokens/back-off.ts': {
        'if (!pause || leftMs <= 0) return': 'if (!pause || leftMs > 0) return',
      },
    },
  },
  {
    rule: 'D1',
    breaks: 'a dead refresh token is kept',
    change: {
      'server/src/tokens/token-refresh.ts': {
        'if (isRefused) await': "if (isRefused && sessionName === '') await",
      },
    },
  },
  {
    rule: '#24',
    breaks: 'a refresh in flight brings the tokens of an ended session back',
    change: {
      'server/src/tokens/token-records.ts': {
        'const written = await this.#records.replace(stored, {':
          'const written = await this.#records.put(stored.name, {',
        'written !== undefined': 'written === undefined',
      },
    },
  },
  {
    rule: '#24',
    breaks: 'the token of an ended session is used for one more call',
    change: {
      'server/src/tokens/token-refresh.ts': {
        'if (await this.#records.find(sessionName)) return':
          'if ((await this.#records.find(sessionName)) || sessionName) return',
      },
    },
  },
  {
    rule: 'E4',
    breaks: 'a refused token is offered again',
    change: {
      'server/src/tokens/token-refresh.ts': {
        'force: rejected !== undefined': "force: rejected?.token === ''",
      },
      'server/src/tokens/session-tokens.ts': {
        'known !== rejected?.token': "known !== ''",
      },
    },
  },
  {
    rule: 'E3',
    breaks: 'the claims of a challenge are not passed on',
    change: {
      'server/src/tokens/token-refresh.ts': { 'claims: rejected?.claims }': 'claims: undefined }' },
    },
  },
  {
    rule: 'D4',
    breaks: 'an app that Entra refuses looks like a dead token',
    change: {
      'server/src/entra/oauth-errors.ts': {
        "['invalid_client', 'client_rejected']": "['invalid_client', 'grant_rejected']",
      },
    },
  },
  {
    rule: 'E6',
    breaks: 'an authority may have any certificate',
    change: {
      'server/src/entra/http.ts': { 'timeout: 5_000': 'timeout: 5_000, rejectUnauthorized: false' },
    },
  },
  {
    rule: '#28',
    breaks: 'a proxy that does not answer CONNECT holds requests for minutes',
    change: {
      'server/src/outbound/outbound.ts': { 'connectMs = 5_000': 'connectMs = 300_000' },
    },
  },
  {
    rule: 'D5',
    breaks: 'a silent Entra holds requests for a minute',
    change: {
      'server/src/entra/http.ts': {
        'headersTimeout: 8_000': 'headersTimeout: 60_000',
        'deadlineMs = 10_000': 'deadlineMs = 60_000',
      },
    },
  },
  {
    rule: 'F6',
    breaks: 'keys are fetched again at once after a failed fetch',
    change: {
      'server/src/entra/fetched-document.ts': {
        'if (leftMs <= 0) return': 'if (leftMs > 0) return',
      },
    },
  },
]
