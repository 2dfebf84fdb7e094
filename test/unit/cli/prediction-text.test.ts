/** What a person reads of an answer: classes in per cent, and of a tensor no more than fits on a line. */
import { expect, test } from 'vitest'
import { predictionText } from '../../../src-main/cli/prediction-text.ts'

const answer = (outputs: Record<string, unknown>[]) =>
  predictionText({
    id: '1',
    model: 'acme.digits',
    version: '1.0.0',
    digest: 'sha256:0',
    endpoint: 'digits',
    rule: 'endpoint default',
    outputs,
    timing: { queueMs: 0, prepareMs: 0, computeMs: 0.25, finishMs: 0, totalMs: 1.5 },
    batchSize: outputs.length,
    executionProvider: 'cpu',
  }).split('\n')

const seven = {
  top: [
    { label: 'seven', score: 0.981, index: 7 },
    { label: 'one', score: 0.01, index: 1 },
  ],
}

test('classes with their scores, and where the answer comes from', () => {
  expect(answer([{ digit: seven }])).toEqual([
    'digit: seven 98.1 %, one 1.0 %',
    'acme.digits@1.0.0 (endpoint default), 1.5 ms, 0.3 ms of them in the model on cpu',
  ])
})

test('several items are numbered, several rows stand side by side', () => {
  const lines = answer([{ digit: seven }, { digit: { rows: [seven, seven] }, note: 'x' }])
  expect(lines.slice(0, 3)).toEqual([
    '[0] digit: seven 98.1 %, one 1.0 %',
    '[1] digit: seven 98.1 %, one 1.0 % | seven 98.1 %, one 1.0 %',
    '    note: "x"',
  ])
})

test('a tensor by its first elements', () => {
  const tensor = (data: unknown[]) => ({ name: 'y', datatype: 'FP32', shape: [1, data.length], data })
  expect(answer([{ y: tensor([1, 'NaN', 2.5]) }])[0]).toBe('y: FP32[1,3] 1 "NaN" 2.5')
  expect(answer([{ y: tensor(new Array(1000).fill(0)) }])[0]).toBe(
    'y: FP32[1,1000] 0 0 0 0 0 0 0 0 0 0 … 990 more (--json has all)',
  )
})
