import type { Mutation } from './mutation.ts'

const calls = 'server/src/downstream/calls.ts'
const client = 'server/src/downstream/client.ts'
const routes = 'server/src/downstream/downstream.ts'
const answers = 'server/src/downstream/answers.ts'

export const downstream: Mutation[] = [
  {
    rule: 'E1',
    breaks: 'the calendar is asked for at another address',
    change: { [calls]: { '/v1.0/me/calendar/events': '/v1.0/me' } },
  },
  {
    rule: 'E1',
    breaks: 'the groups are asked for at another address',
    change: { [calls]: { '/v1.0/me/memberOf': '/v1.0/me/events' } },
  },
  {
    rule: 'E1',
    breaks: "the caller's query goes to the API",
    change: { [routes]: { 'if (!call.query.includes(name))': "if (name === '-')" } },
  },
  {
    rule: 'E2',
    breaks: "the caller's forwarded address goes to the API",
    change: { [routes]: { "['accept-language',": "['x-forwarded-for', 'accept-language'," } },
  },
  {
    rule: 'E2',
    breaks: 'a trace that is not valid goes to the API',
    change: {
      'server/src/http/trace-context.ts': { ' || traceIdIn(headers) === undefined': '' },
    },
  },
  {
    rule: 'E2',
    breaks: 'cookies of the API come back',
    change: { [routes]: { "['content-type', 'etag',": "['set-cookie', 'content-type', 'etag'," } },
  },
  {
    rule: 'E2',
    breaks: "the API's invitation of other origins comes back",
    change: {
      [routes]: {
        "['content-type', 'etag',": "['access-control-allow-origin', 'content-type', 'etag',",
      },
    },
  },
  {
    rule: '#22',
    breaks: 'redirects of an API are followed',
    change: {
      [client]: {
        'import { DeadlineError': "import { interceptors } from 'undici'\nimport { DeadlineError",
        'new Exchange(dispatcher,':
          'new Exchange(dispatcher.compose(interceptors.redirect({ maxRedirections: 2 })),',
      },
    },
  },
  {
    rule: 'E6',
    breaks: 'an API may have any certificate',
    change: { [client]: { 'timeout: 5_000': 'timeout: 5_000, rejectUnauthorized: false' } },
  },
  {
    rule: 'E6',
    breaks: 'answers of any size are read',
    change: { [client]: { 'maxBodyBytes = 16 *': 'maxBodyBytes = 999 *' } },
  },
  {
    rule: 'E6',
    breaks: 'a call may take minutes',
    change: { [client]: { 'deadlineMs = 20_000': 'deadlineMs = 200_000' } },
  },
  {
    rule: '#22',
    breaks: 'a page is passed on as JSON',
    change: { [answers]: { '!expected.test(type)': "!expected.test(type) && type === ''" } },
  },
  {
    rule: '#22',
    breaks: 'a photo may be a document with scripts',
    change: { [answers]: { 'jpeg|png|gif|webp': '.*' } },
  },
  {
    rule: '#22',
    breaks: 'packed answers are passed on',
    change: { [answers]: { "if (encoding !== 'identity')": "if (encoding === '')" } },
  },
  {
    rule: '#22',
    breaks: 'broken JSON is passed on',
    change: {
      [answers]: { '!isParsable(body)': '!isParsable(Buffer.of(48, ...body.subarray(9e9)))' },
    },
  },
  {
    rule: 'E5',
    breaks: 'a refusal of the API is a fault of the API',
    change: { [answers]: { 'if (status === 403)': 'if (status === 999)' } },
  },
  {
    rule: '#21',
    breaks: 'the pause that an API asks for is not told',
    change: {
      'server/src/retry-after.ts': {
        'Math.ceil(seconds) || 1, 1), maxPauseSeconds)':
          'Math.ceil(0 * seconds) || 1, 1), maxPauseSeconds)',
      },
    },
  },
  {
    rule: 'E6',
    breaks: 'a session has any number of calls under way',
    change: {
      'server/src/downstream/concurrent-calls.ts': {
        'maxConcurrentCalls = 8': 'maxConcurrentCalls = 8_000',
      },
    },
  },
]
