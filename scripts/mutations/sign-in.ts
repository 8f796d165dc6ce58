import type { Mutation } from './mutation.ts'

export const signIn: Mutation[] = [
  {
    rule: 'A1',
    breaks: 'every sign-in has the same nonce',
    change: {
      'server/src/sign-in/redirect/attempt.ts': { 'nonce: randomText()': `nonce: 'n'.repeat(43)` },
    },
  },
  {
    rule: 'A1',
    breaks: 'every sign-in has the same PKCE verifier',
    change: {
      'server/src/sign-in/redirect/attempt.ts': {
        'codeVerifier: randomText()': `codeVerifier: 'v'.repeat(43)`,
      },
    },
  },
  {
    rule: 'A1',
    breaks: 'state, nonce and verifier hold 32 random bits',
    change: {
      'server/src/sign-in/redirect/attempt.ts': {
        'return randomBytes(32)': 'return Buffer.concat([Buffer.alloc(28), randomBytes(4)])',
      },
    },
  },
  {
    rule: 'A1',
    breaks: 'any scope can be asked for',
    change: {
      'server/src/sign-in/redirect/login-request.ts': {
        'if (!scopes.every(': 'if (false && !scopes.every(',
      },
    },
  },
  {
    rule: 'A1',
    breaks: 'one sign-in asks for permissions of several APIs',
    change: {
      'server/src/sign-in/redirect/login-request.ts': {
        'resourcesOf(scopes).length > 1': 'resourcesOf(scopes).length > 9',
      },
    },
  },
  {
    rule: 'A2',
    breaks: 'an attempt can be redeemed many times',
    change: {
      'server/src/store/store.ts': {
        'return store.swap(name, undefined, nothing, expiresAt)':
          'return store.put(name, nothing, expiresAt).then(() => true)',
      },
    },
  },
  {
    rule: 'A2',
    breaks: 'an attempt is good for days',
    change: {
      'server/src/sign-in/redirect/attempt.ts': {
        '> attemptLifetime': '> 1_000 * attemptLifetime',
      },
    },
  },
  {
    rule: 'A3',
    breaks: 'the state is not compared with that of the attempt',
    change: {
      'server/src/sign-in/redirect/attempt-cookies.ts': {
        'this.#cookies.one(attemptId(state)).read(request)': `this.#cookies.one(this.#cookies.ids(request)[0] ?? '').read(request)`,
        'attempt && hasState(attempt, state)': 'attempt && (hasState(attempt, state) || state)',
      },
    },
  },
  {
    rule: 'A4',
    breaks: "the text of Entra's error is shown",
    change: {
      'server/src/sign-in/redirect/authorize-answer.ts': {
        'readErrorText(description), returnTo)':
          '{ ...readErrorText(description), traceId: String(description) }, returnTo)',
      },
    },
  },
  {
    rule: 'A8',
    breaks: 'the session before a sign-in goes on',
    change: {
      'server/src/sign-in/begin-session.ts': {
        'of previousSessions(request, start, room)':
          'of [...previousSessions(request, start, room)].slice(9)',
      },
    },
  },
  {
    rule: 'B10',
    breaks: 'a sealed value opens under every name',
    change: {
      'server/src/secrets/seal.ts': {
        '\n  cipher.setAAD(Buffer.from(context': '\n  cipher.setAAD(Buffer.from(context.slice(999)',
        ' decipher.setAAD(Buffer.from(context': ' decipher.setAAD(Buffer.from(context.slice(999)',
      },
    },
  },
  {
    rule: 'C3',
    breaks: 'a sign-in starts in a frame',
    change: {
      'server/src/http/navigation.ts': { "destination === 'document'": "destination !== ''" },
    },
  },
  {
    rule: 'C3',
    breaks: 'a sign-in starts by a fetch',
    change: {
      'server/src/http/navigation.ts': { "mode === 'navigate' &&": "mode !== '' &&" },
    },
  },
  {
    rule: 'C3',
    breaks: 'a sibling site can cause a sign-in without a page',
    change: {
      'server/src/sign-in/redirect/login-request.ts': {
        "!== 'same-origin'": "=== 'cross-site'",
      },
    },
  },
  {
    rule: 'C7',
    breaks: 'sign-ins have no rate limit',
    change: { 'server/src/sign-in/redirect/start.ts': { 'rateLimit: {}': '' } },
  },
  {
    rule: 'C7',
    breaks: 'callbacks have no rate limit',
    change: { 'server/src/sign-in/redirect/callback.ts': { 'rateLimit: {}': '' } },
  },
  {
    rule: 'C7',
    breaks: 'front-channel logout has no rate limit',
    change: { 'server/src/sign-out/front-channel-logout.ts': { 'rateLimit: {}': '' } },
  },
  {
    rule: 'C7',
    breaks: 'reports of errors have no rate limit',
    change: { 'server/src/sign-in/report/report-route.ts': { 'rateLimit: {}': '' } },
  },
  {
    rule: 'D2',
    breaks: 'claims of the caller go to Entra',
    change: {
      'server/src/sign-in/redirect/start.ts': {
        'await demands.find(handle)': '((await demands.find(handle)) ?? { claims: handle })',
      },
    },
  },
  {
    rule: 'D2',
    breaks: 'a demand is passed on once more after a sign-in has fulfilled it',
    change: {
      'server/src/sign-in/redirect/callback.ts': {
        'if (demand !== undefined) await': "if (demand === '') await",
      },
    },
  },
  {
    rule: 'A13',
    breaks: 'a step-up is not checked when Entra answers',
    change: {
      'server/src/sign-in/redirect/callback.ts': {
        'requireStepUpProved(attempt, grant.claims)': 'void requireStepUpProved',
      },
    },
  },
  {
    rule: 'A13',
    breaks: 'another account can make a step-up',
    change: {
      'server/src/sign-in/redirect/step-up.ts': { 'oid !== stepUp.userId ||': "oid === '' ||" },
    },
  },
  {
    rule: 'A13',
    breaks: 'Entra is not told the maximum age',
    change: {
      'server/src/sign-in/redirect/start.ts': {
        'demand?.stepUp?.maxAgeSeconds': 'undefined',
      },
    },
  },
  {
    rule: 'A13',
    breaks: 'an auth_time in the future counts',
    change: {
      'server/src/entra/authentication.ts': {
        '+ clockToleranceMs': '+ 1e6 * clockToleranceMs',
      },
    },
  },
  {
    rule: 'A13',
    breaks: 'an auth_time that is a text counts',
    change: {
      'server/src/entra/authentication.ts': {
        'function timeOf(authTime: unknown)': 'function timeOf(given: unknown)',
        "if (typeof authTime !== 'number'":
          "const authTime = Number(given)\n  if (typeof authTime !== 'number'",
      },
    },
  },
  {
    rule: 'A13',
    breaks: 'an acrs claim that is a text counts',
    change: {
      'server/src/entra/authentication.ts': {
        'Array.isArray(acrs) ? acrs : []': '[acrs].flat()',
      },
    },
  },
  {
    rule: 'E12',
    breaks: 'every sign-in satisfies every authentication context',
    change: {
      'server/src/entra/authentication.ts': {
        '!contexts.includes(authenticationContext)': 'contexts === undefined',
      },
    },
  },
  {
    rule: 'E12',
    breaks: 'a proof never grows too old',
    change: {
      'server/src/entra/authentication.ts': { '* 1_000 + graceMs': '* 1e9 + graceMs' },
    },
  },
  {
    rule: 'E12',
    breaks: 'a sign-in that does not tell when the person proved who they are is recent',
    change: {
      'server/src/entra/authentication.ts': {
        'return provedAt !== undefined && Date.now() - provedAt <=':
          'return Date.now() - (provedAt ?? Date.now()) <=',
      },
    },
  },
  {
    rule: 'E12',
    breaks: 'a refusal has no challenge',
    change: {
      'server/src/http/problems.ts': { "reply.header('www-authenticate'": "reply.header('x-none'" },
    },
  },
  {
    rule: 'D3',
    breaks: 'a person who cancels is told of a failure',
    change: {
      'server/src/sign-in/failure.ts': {
        "access_denied: 'access_denied'": "access_denied: 'sign_in_failed'",
      },
    },
  },
  {
    rule: 'H1',
    breaks: 'sign-out leaves the cookies',
    change: {
      'server/src/session/session-end.ts': {
        'clearUserCookies(reply, room.cookies)\n': 'void clearUserCookies\n',
      },
    },
  },
  {
    rule: 'H1',
    breaks: 'sign-out fails while Entra is down',
    change: {
      'server/src/sign-out/sign-out.ts': {
        'if (!(error instanceof EntraFailure))': 'if (error instanceof EntraFailure)',
      },
    },
  },
  {
    rule: 'C1',
    breaks: 'a form of another site signs people out',
    change: {
      'server/src/sign-out/sign-out.ts': {
        'checkSameOrigin(request, config.publicUrl)': 'void checkSameOrigin',
      },
    },
  },
  {
    rule: 'C6',
    breaks: 'sign-out by GET',
    change: {
      'server/src/sign-out/sign-out.ts': { 'scope.post(paths.logout': 'scope.all(paths.logout' },
    },
  },
  {
    rule: 'H2',
    breaks: 'front-channel logout takes every issuer',
    change: {
      'server/src/sign-out/front-channel-logout.ts': {
        'iss === session.record.iss': "iss !== ''",
      },
    },
  },
  {
    rule: '#9',
    breaks: 'returnTo leads to another host by two slashes',
    change: {
      'shared/src/local-path.ts': {
        '(?![/\\\\])': '',
      },
    },
  },
  {
    rule: '#17',
    breaks: 'a browser keeps every attempt',
    change: {
      'server/src/sign-in/redirect/attempt-cookies.ts': {
        'slice(maxAttempts - 1)': 'slice(maxAttempts + 99)',
      },
    },
  },
]
