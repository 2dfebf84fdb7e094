/** One model on the bench: its inputs at the left, the answer at the right, what was tried before below. */
import { useHotkeys } from '@mantine/hooks'
import { useState } from 'react'
import type { InputSchema } from '../../../src-main/contract/package.ts'
import type { VersionDetail } from '../../../src-main/contract/views.ts'
import { RefusalNotice } from '../../components/license/banners.tsx'
import { leftInWords } from '../../components/license/license-words.ts'
import { useRight } from '../../components/license/right.ts'
import { Card, Stack } from '../../components/page.tsx'
import { failureOf } from '../../data/failure.ts'
import { useStatus } from '../../data/node.ts'
import { BenchCard } from './bench.tsx'
import { History } from './history.tsx'
import css from './playground.module.css'
import { ResultCard } from './result-card.tsx'
import { SnippetCard } from './snippet-card.tsx'
import { byEndpoint } from './target.tsx'
import { useBench } from './use-bench.ts'
import { useInfer, useVisits } from './use-infer.ts'
import { isRecord, schemasOf } from './values.ts'

/** Serving tells each second what it counted. */
const leftEveryMs = 2000

type Props = { model: string; choice: string; detail: VersionDetail }

export function Session({ model, choice, detail }: Props) {
  const tensors = detail.graph?.inputs ?? []
  const schemas = schemasOf(detail.descriptor.inputs, tensors)
  const bench = useBench(schemas, detail.examples[0]?.inputs)
  const status = useStatus()
  const visits = useVisits()
  const { infer, cancel } = useInfer()
  const right = useRight(model, detail.version, leftEveryMs)
  const [sentRevision, setSentRevision] = useState(0)
  const version = choice === byEndpoint ? null : choice

  const run = () => {
    if (infer.isPending) return
    const { inputs, problems } = bench.body()
    bench.setProblems(problems)
    if (Object.keys(problems).length > 0) return
    setSentRevision(bench.revision)
    infer.mutate(
      { model, version, inputs },
      { onError: (error) => bench.setProblems(problemsOf(failureOf(error).details)) },
    )
  }
  useHotkeys([['mod+Enter', run]], [])

  return (
    <>
      <div className={css.columns}>
        <BenchCard
          bench={bench}
          schemas={schemas}
          tensors={tensors}
          examples={detail.examples}
          running={infer.isPending}
          left={right ? leftInWords(right) : null}
          onRun={run}
          onCancel={cancel}
        />
        <Stack>
          {infer.error && !isAbort(infer.error) ? (
            <Card title="Result">
              <RefusalNotice
                error={infer.error}
                what="The request was not answered."
                unchanged="The input is still here."
                model={model}
              />
            </Card>
          ) : infer.data ? (
            <ResultCard
              answer={infer.data}
              old={bench.revision !== sentRevision || infer.variables?.version !== version}
            />
          ) : (
            <Card title="Result">
              <p className={css.waiting}>
                {infer.isPending
                  ? 'The model is at work. The first request to a version also loads it.'
                  : 'The answer will stand here.'}
              </p>
            </Card>
          )}
          <SnippetCard
            servingUrl={status?.serving.url ?? null}
            model={model}
            version={version}
            inputs={bench.body().inputs}
            embedded={embeddedText(detail, schemas, bench.body().inputs)}
          />
        </Stack>
      </div>
      <History visits={visits} onRecall={(visit) => bench.fill(visit.asked.inputs)} />
    </>
  )
}

/** Null where the answer is no vector, or what it is made of is no text alone. */
function embeddedText(
  { descriptor }: VersionDetail,
  [schema, second]: InputSchema[],
  inputs: unknown,
): string | null {
  const gives = descriptor.outputs.some(({ kind }) => kind === 'embedding')
  if (!gives || schema?.kind !== 'text' || second) return null
  const value = isRecord(inputs) ? inputs[schema.tensor] : inputs
  return typeof value === 'string' ? value : ''
}

const isAbort = (error: unknown) => error instanceof DOMException && error.name === 'AbortError'

/** The node names the input that it refused, and the field where it is one of a row. */
function problemsOf(details: Record<string, unknown> | undefined): Record<string, string> {
  const tensor = details?.input
  const field = details?.field
  const message = typeof details?.reason === 'string' ? details.reason : 'The node refused this value.'
  if (typeof tensor !== 'string') return {}
  return { [typeof field === 'number' ? `${tensor}/${field}` : tensor]: message }
}
