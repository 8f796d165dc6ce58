import type { Mutation } from './mutation.ts'

export const session: Mutation[] = [
  {
    rule: 'B3',
    breaks: 'session ids hold 32 random bits',
    change: {
      'server/src/session/cookie.ts': {
        'randomBytes(idBytes)': 'Buffer.concat([Buffer.alloc(idBytes - 4), randomBytes(4)])',
      },
    },
  },
  {
    rule: 'B3',
    breaks: 'the signature of a session cookie is not checked',
    change: {
      'server/src/session/cookie.ts': {
        'mac(keys.signing, id))) ? id : undefined':
          'mac(keys.signing, id))) || id ? id : undefined',
      },
    },
  },
  {
    rule: 'B4',
    breaks: 'a session does not end for want of use',
    change: {
      'server/src/session/lifetimes.ts': {
        'return Date.now() >= idleExpiry(': 'return Date.now() >= absoluteExpiry(',
      },
    },
  },
  {
    rule: 'B4',
    breaks: 'a session lives as long as it is used',
    change: {
      'server/src/session/lifetimes.ts': {
        'Math.min(record.lastSeenAt + lifetimes.idleMs, absoluteExpiry(record, lifetimes))':
          'record.lastSeenAt + lifetimes.idleMs',
      },
    },
  },
  {
    rule: 'B5',
    breaks: 'an end is remembered for a minute',
    change: {
      'server/src/session/endings.ts': {
        'this.#options.lifetimes.maxMs + tombstoneTtlMs':
          'Math.min(this.#options.lifetimes.maxMs + tombstoneTtlMs, 60_000)',
      },
    },
  },
  {
    rule: 'B5',
    breaks: 'a request in flight brings an ended session back',
    change: {
      'server/src/session/sessions.ts': {
        'await this.#records.replace(stored, touched':
          'await this.#records.replace((await this.#records.read(name)) ?? stored, touched',
      },
    },
  },
  {
    rule: 'B5',
    breaks: 'an open page is not told of the end of its session',
    change: {
      'server/src/session/end-listeners.ts': { 'listener(name)\n': 'void listener\n' },
      'server/src/session/watches.ts': { 'checkEveryMs = 2_000': 'checkEveryMs = 2_000_000' },
    },
  },
  {
    rule: '#32',
    breaks: 'Redis: an open page is not told of an end at another server',
    change: {
      'server/src/session/end-listeners.ts': { '?.announce(name)': '?.announce(name.slice(1))' },
    },
  },
  {
    rule: '#32',
    breaks: 'Redis: the end that a cut connection missed is told half a minute later',
    change: {
      'server/src/session/look.ts': {
        'subscription === undefined || subscription !== this.#subscription':
          'this.#subscription === undefined',
      },
    },
  },
  {
    rule: 'D7',
    breaks: 'the tokens of an ended session stay',
    change: { 'server/src/session/endings.ts': { 'await beforeEnd(name)': 'void beforeEnd' } },
  },
  {
    rule: 'A7',
    breaks: 'the same object id in two tenants is one person',
    change: {
      'server/src/session/session-index.ts': {
        '`${tenantId} ${id}`': '`${tenantId.slice(99)} ${id}`',
      },
      'server/src/session/sessions.ts': { ' && a.tenantId === b.tenantId': '' },
    },
  },
  {
    rule: 'B8',
    breaks: 'asking for the session prolongs it',
    change: {
      'server/src/session/routes.ts': {
        'api.get(paths.session, { config: { doc: readDoc } }, ({ lookup }, reply) => {':
          "api.get(paths.session, { config: { doc: readDoc } }, async (request, reply) => {\n const { lookup } = request\n if (lookup.kind === 'live') await touchSession(room, request, reply, lookup.session)",
      },
    },
  },
  {
    rule: 'B9',
    breaks: 'ending all others ends this session too',
    change: { 'server/src/session/own-sessions.ts': { 'name !== current.name': "name !== ''" } },
  },
  {
    rule: 'C1',
    breaks: 'an unsafe request needs no header without a cookie',
    change: {
      'server/src/http/csrf.ts': { 'if (isSafe && !(': 'if (isSafe || !(' },
    },
  },
  {
    rule: '6.1.3.3.2 If so',
    breaks: 'a browser reads without the header',
    change: {
      'server/src/http/csrf.ts': {
        '!(hasSessionCookie && fromBrowser)':
          '(!hasSessionCookie || !fromBrowser || origin !== publicUrl)',
      },
    },
  },
  {
    rule: '6.1.3.3.2 If so',
    breaks: 'a page of another origin hears of a session',
    change: {
      'server/src/http/csrf.ts': {
        'sendsNoHeader) {\n    checkSameOrigin(request, publicUrl)': 'sendsNoHeader) {\n',
      },
    },
  },
  {
    rule: 'C2',
    breaks: 'the Origin of a request does not count',
    change: {
      'server/src/http/csrf.ts': {
        'origin !== undefined && origin !== publicUrl': "origin === ''",
      },
    },
  },
  {
    rule: 'C2',
    breaks: 'requests from another site are let in',
    change: { 'server/src/http/csrf.ts': { "if (site === 'cross-site')": "if (site === '')" } },
  },
  {
    rule: 'C2',
    breaks: 'requests from a sibling site are let in',
    change: {
      'server/src/http/csrf.ts': { "if (site === 'same-site' &&": "if (site === '' &&" },
    },
  },
  {
    rule: 'C1',
    breaks: 'a form of a sibling site signs people out',
    change: {
      'server/src/http/csrf.ts': { "site === 'same-origin')": "site !== 'cross-site')" },
    },
  },
  {
    rule: 'B5',
    breaks: 'a session that another process has just ended is still alive',
    change: { 'server/src/store/lmdb.ts': { '    db.resetReadTxn()\n': '' } },
  },
  {
    rule: '#33',
    breaks: 'a cookie that was used once stays good after its secret is removed',
    change: {
      'server/src/secrets/ring-cache.ts': { '    this.#values.clear()\n': '' },
    },
  },
  {
    rule: '#11',
    breaks: 'a rotation does not renew cookies',
    change: {
      'server/src/session/cookie.ts': {
        'ring.all.length === 1': 'ring.all.length > 0',
      },
    },
  },
  {
    rule: '#33',
    breaks: 'a rotation leaves tokens sealed with the old secret',
    change: {
      'server/src/session/sessions.ts': {
        'if (!isSealed) await': "if (!isSealed && name === '') await",
      },
    },
  },
  {
    rule: '#33',
    breaks: 'a rotation leaves the naming key sealed with the old secret',
    change: {
      'server/src/store/record-names.ts': {
        'if (isSealedWithNewest(ring, sealed)) return':
          'if (isSealedWithNewest(ring, sealed) || key) return',
      },
    },
  },
  {
    rule: 'A6',
    breaks: 'a session lives under every authority and app',
    change: {
      'server/src/session/admission.ts': { 'return false': "if (authority === '') return false" },
    },
  },
  {
    rule: 'A6',
    breaks: 'a session outlives the admission of its tenant',
    change: {
      'server/src/session/admission.ts': {
        'allowedTenants.length === 0 ||': 'allowedTenants.length < 99 ||',
      },
    },
  },
  {
    rule: 'B5',
    breaks: 'a sign-in under way outlives a sign-out',
    change: {
      'server/src/session/endings.ts': { 'outcome.endedAt > since': 'outcome.endedAt > Infinity' },
    },
  },
]
