import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { problemsOf } from '../support/config-problems.ts'

test('one process serves by default; with auto, one for each core', () => {
  expect(loadConfig({}).workers).toBe(1)
  expect(loadConfig({ WORKERS: '4' }).workers).toBe(4)
  expect(loadConfig({ WORKERS: 'auto' }).workers).toBe(availableParallelism())
})

test.each([
  [{ WORKERS: '0' }, 'WORKERS must be a whole number from 1'],
  [{ WORKERS: 'many' }, 'WORKERS must be a whole number from 1'],
  [{ WORKERS: '2', SESSION_STORE: 'memory:' }, 'processes cannot share SESSION_STORE=memory:'],
  [{ WORKERS: '2', SESSION_STORE: 'redis:/typo' }, 'SESSION_STORE must be file:<folder>'],
  [{ WORKERS: '4', METRICS_PORT: '2998' }, 'METRICS_PORT must be another port than PORT'],
  [{ METRICS_PORT: '3000' }, 'METRICS_PORT must be another port than PORT'],
  [{ WORKERS: '4', METRICS_PORT: '65533' }, 'METRICS_PORT must be a whole number'],
])(
  'settings of workers that cannot work are refused: %j',
  (settings: Record<string, string>, problem) => {
    expect(problemsOf(settings)).toEqual([expect.stringContaining(problem)])
  },
)

test('one worker can keep its sessions in memory, and the port of the metrics can lie above PORT', () => {
  expect(loadConfig({ WORKERS: '1', SESSION_STORE: 'memory:' }).workers).toBe(1)
  expect(problemsOf({ WORKERS: '4', METRICS_PORT: '3001' })).toEqual([])
})
