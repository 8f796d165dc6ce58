import type { Mutation } from './mutation.ts'

const cookies = 'server/src/http/cookie-attributes.ts'
const headers = 'server/src/http/headers.ts'

function cookie(
  start: string,
  end: string,
  attribute: 'httpOnly' | 'secure',
  rule: string,
): Mutation {
  return {
    rule,
    breaks: `the cookie "${start}" lacks ${attribute}`,
    change: {
      [cookies]: {
        [`nameOf('${start}')}-${end}\`, options: { ...options,`]: `nameOf('${start}')}-${end}\`, options: { ...options, ${attribute}: false,`,
      },
    },
  }
}

export const http: Mutation[] = [
  {
    rule: 'B1',
    breaks: 'scripts can read the session cookie',
    change: { [cookies]: { 'httpOnly: true, secure }': 'httpOnly: false, secure }' } },
  },
  {
    rule: 'B1',
    breaks: 'the session cookie travels without TLS',
    change: { [cookies]: { 'httpOnly: true, secure }': 'httpOnly: true, secure: false }' } },
  },
  {
    rule: 'B1',
    breaks: 'other sites send the session cookie',
    change: {
      [cookies]: {
        "nameOf('sid'), options: { ...options, sameSite: 'strict' }":
          "nameOf('sid'), options: { ...options, sameSite: 'lax' }",
      },
    },
  },
  {
    rule: 'B1',
    breaks: 'a sibling domain can set the session cookie',
    change: { [cookies]: { '__Host-Http-${name}': '${name}' } },
  },
  ...[
    ['tx', ''] as const,
    ['last', 'session'] as const,
    ['device', 'login'] as const,
    ['err', ''] as const,
  ].flatMap(([start, end]) => [
    cookie(start, end, 'httpOnly', '6.1.3.2 `HttpOnly`'),
    cookie(start, end, 'secure', '6.1.3.2 `Secure`'),
  ]),
  {
    rule: 'B7',
    breaks: 'answers are kept',
    change: { [headers]: { "'cache-control': 'no-store'": "'cache-control': 'no-cache'" } },
  },
  {
    rule: 'C5',
    breaks: 'scripts of other origins run',
    change: { [headers]: { "script-src 'self'": 'script-src *' } },
  },
  {
    rule: 'C5',
    breaks: 'the page sends data to other origins',
    change: { [headers]: { "connect-src 'self'": 'connect-src *' } },
  },
  {
    rule: 'C5',
    breaks: 'other sites frame the page',
    change: { [headers]: { '"frame-ancestors \'none\'",': '"frame-ancestors \'self\'",' } },
  },
  {
    rule: 'C5',
    breaks: 'an answer that is not the page may be framed',
    change: { [headers]: { "form-action 'none'; frame-ancestors 'none'": "form-action 'none'" } },
  },
  {
    rule: 'C5',
    breaks: 'browsers come back without TLS',
    change: { [headers]: { '(secure && { ': '(!secure && { ' } },
  },
  {
    rule: 'C5',
    breaks: 'types are guessed',
    change: { [headers]: { "'x-content-type-options': 'nosniff',": '' } },
  },
  {
    rule: 'C5',
    breaks: 'requests that cannot be read are answered without the headers',
    change: {
      'server/src/http/client-errors.ts': {
        'Object.entries(allHeaders(headers,': 'Object.entries(allHeaders({},',
      },
    },
  },
  {
    rule: 'C7',
    breaks: 'each address of an IPv6 network counts by itself',
    change: {
      'server/src/http/rate-limits.ts': {
        'networkOf(request, narrowestPrefix)': 'networkOf(request, 128)',
      },
    },
  },
  {
    rule: 'C7',
    breaks: 'servers that share Redis count each for itself',
    change: {
      'server/src/http/rate-limits.ts': {
        'together.count > maxPerMinute * times': 'together.count > Infinity * times',
      },
    },
  },
  {
    rule: 'A9',
    breaks: 'every caller counts as a proxy',
    change: {
      'server/src/app.ts': {
        '? trusts(config.trustProxy) : false': '? trusts(config.trustProxy) : true',
      },
    },
  },
  {
    rule: 'A9',
    breaks: 'the setup is told to strangers',
    change: {
      'server/src/http/setup.ts': {
        '!isLocal(request)': '(config.production && !isLocal(request))',
      },
    },
  },
  {
    rule: 'I1',
    breaks: 'the reason of a failure is told',
    change: {
      'server/src/http/problems.ts': {
        'failure.publicDetail ?? detail': '(failure.publicDetail ?? failure.message) || detail',
      },
    },
  },
  {
    rule: 'I2',
    breaks: 'addresses are logged with their query',
    change: {
      'server/src/http/logger-options.ts': {
        'path: pathOf(request.url)': 'path: pathOf(request.url) + request.url',
      },
    },
  },
  {
    rule: 'I2',
    breaks: 'OpenTelemetry gets the query of the redirect URI',
    change: {
      'server/bin/opentelemetry.mjs': { "name === 'url.query'": "name === 'no.query'" },
    },
  },
  {
    rule: 'I2',
    breaks: 'a sign-in is not logged',
    change: {
      'server/src/sign-in/begin-session.ts': {
        "audit(request, { audit: 'signed_in'":
          "if (start.method === 'device') audit(request, { audit: 'signed_in'",
      },
    },
  },
  {
    rule: 'I2',
    breaks: 'a failed sign-in is not logged',
    change: {
      'server/src/sign-in/report/reports.ts': {
        "audit(request, { audit: 'sign_in_failed'":
          "if (method === 'device') audit(request, { audit: 'sign_in_failed'",
      },
    },
  },
  {
    rule: 'I2',
    breaks: 'the end of a session is not logged',
    change: {
      'server/src/session/session-end.ts': {
        'if (ended) auditEnd(': "if (ended && cause === 'operator') auditEnd(",
      },
    },
  },
  {
    rule: 'I4',
    breaks: 'a server without its store says that it is ready',
    change: {
      'server/src/http/health.ts': {
        'store === undefined && authority === undefined': 'authority === undefined',
      },
    },
  },
  {
    rule: 'I6',
    breaks: 'a proof for the doctor holds for ever',
    change: {
      'server/src/http/arrival.ts': {
        'Number(unseal(ring, proofContext, proof)) > Date.now()':
          "unseal(ring, proofContext, proof) !== ''",
      },
    },
  },
  {
    rule: 'I7',
    breaks: 'production tells its paths unasked',
    change: {
      'server/src/config/config.ts': { "production ? 'off' : 'on') === 'on'": "'on') === 'on'" },
    },
  },
  {
    rule: 'I5',
    breaks: 'paths that somebody invents are labels of a metric',
    change: { 'server/src/metrics/requests.ts': { "url = 'other'": 'url = request.url' } },
  },
  {
    rule: 'I5',
    breaks: 'the metrics listen on every address',
    change: { 'server/src/config/metrics.ts': { "'127.0.0.1'": "'0.0.0.0'" } },
  },
  {
    rule: '#12',
    breaks: 'bodies of 64 MiB are read',
    change: { 'server/src/http/json-bodies.ts': { '= 64 * 1024': '= 64 * 1024 * 1024' } },
  },
  {
    rule: '#12',
    breaks: 'headers of 64 KiB are read',
    change: { 'server/src/app.ts': { 'maxHeaderSize: 16 * 1024': 'maxHeaderSize: 64 * 1024' } },
  },
  {
    rule: '#40',
    breaks: 'a client may take minutes for its headers',
    change: { 'server/src/app.ts': { 'headersTimeout: 10_000': 'headersTimeout: 300_000' } },
  },
  {
    rule: 'C5',
    breaks: 'a second Host line is ignored',
    change: { 'server/src/http/host-header.ts': { 'count > 1': 'count > 9' } },
  },
  {
    rule: 'A9',
    breaks: 'a forwarded address with a port is unknown',
    change: { 'server/src/address.ts': { '(v4 ?? v6 ?? text)': '(text || (v4 ?? v6 ?? text))' } },
  },
  {
    rule: '#31',
    breaks: 'connections that proxies keep open are not told of the end',
    change: {
      'server/src/http/closing.ts': { "if (!isListening) reply.header('connection', 'close')": '' },
    },
  },
]
