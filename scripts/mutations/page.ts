import type { Mutation } from './mutation.ts'

export const page: Mutation[] = [
  {
    rule: '6.1.3.3.2 Require',
    breaks: 'the page does not send its header',
    change: {
      'shared/src/client/send.ts': {
        '[csrfHeader.name]: csrfHeader.value': "[csrfHeader.name]: ''",
      },
    },
  },
]
