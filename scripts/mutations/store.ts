import type { Mutation } from './mutation.ts'

export const store: Mutation[] = [
  {
    rule: '#1',
    breaks: 'memory: two can take what can be taken once',
    change: {
      'server/src/store/memory.ts': {
        'if (!sameBytes(living(name), previous))':
          'if (sameBytes(living(name), previous) === undefined)',
      },
    },
  },
  {
    rule: '#26',
    breaks: 'files: two writers overwrite each other',
    change: {
      'server/src/store/lmdb.ts': {
        'if (!sameBytes(living(name), previous))':
          'if (sameBytes(living(name), previous) === undefined)',
      },
    },
  },
  {
    rule: '#1',
    breaks: 'Redis: two can take what can be taken once',
    change: { 'server/src/store/redis.ts': { 'elseif stored then': 'elseif false then' } },
  },
  {
    rule: '#36',
    breaks: 'Redis: reads at the same time get the record of the first',
    change: { 'server/src/store/redis-reads.ts': { 'all[index]': 'all[0 * index]' } },
  },
  {
    rule: '#27',
    breaks: 'Redis: after it lost its records, each server goes on with names of its own',
    change: {
      'server/src/store/record-names.ts': {
        'this.#key = keyOf(text)\n    return false': 'return false',
      },
    },
  },
  {
    rule: '#27',
    breaks: 'Redis: in place of a database that does not exist, database 0 is used',
    change: {
      'server/src/store/redis-connection.ts': {
        'if (refusals.length > 0) throw new Error(causeOf(cause))': '',
      },
    },
  },
  {
    rule: '#27',
    breaks: 'a slow store holds requests for a minute',
    change: {
      'server/src/store/with-deadline.ts': { 'deadlineMs = 2_000': 'deadlineMs = 60_000' },
    },
  },
  {
    rule: '#27',
    breaks: 'a failing store is a fault of the server',
    change: {
      'server/src/store/with-deadline.ts': {
        "new Failure('store_unavailable'": "new Failure('internal_error'",
      },
    },
  },
  {
    rule: '#39',
    breaks: 'names of records tell session ids',
    change: {
      'server/src/store/record-names.ts': { '`${kind}:${mac(': '`${kind}:${id}${mac(' },
    },
  },
  {
    rule: '#27',
    breaks: 'a wrong secret starts the server',
    change: {
      'server/src/store/record-names.ts': {
        'throw new ConfigError([': 'new ConfigError([',
        '      ])\n    }\n  }':
          '      ])\n      return new RecordNames(store, macKey(Buffer.alloc(macKeyBytes)))\n    }\n  }',
      },
    },
  },
  {
    rule: '#27',
    breaks: 'files: the database tries to write to a full disk',
    change: { 'server/src/store/disk.ts': { '< minFreeBytes': '< 0' } },
  },
  {
    rule: '#30',
    breaks: 'files: the database tries to write to files that may not grow',
    change: { 'server/src/store/disk.ts': { 'this.#probe()': '' } },
  },
  {
    rule: '#30',
    breaks: 'files: the process goes on after the database has damaged its memory',
    change: { 'server/src/store/lmdb.ts': { 'hasDamagedMemory(error)': 'false' } },
  },
  {
    rule: '#30',
    breaks: 'files: a killed server is taken for one that was closed',
    change: {
      'server/src/store/clean-close.ts': {
        'if (!fs.existsSync(marker)) return': 'if (fs.existsSync(marker)) return',
        "fs.readFileSync(markerOf(file), 'utf8') === fingerprintOf(file)":
          'fs.existsSync(markerOf(file))',
      },
    },
  },
  {
    rule: '#27',
    breaks: 'files: a file that was damaged after it was closed is opened',
    change: {
      'server/src/store/clean-close.ts': {
        "fs.readFileSync(markerOf(file), 'utf8') === fingerprintOf(file)":
          'fs.existsSync(markerOf(file))',
      },
    },
  },
]
