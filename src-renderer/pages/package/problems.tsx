/** What stands between the draft and a package, most severe first; each leads to the field where it is mended. */
import { Button } from '@mantine/core'
import { IconAlertTriangle, IconBulb, IconCircleX } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { DraftDetail } from '../../../src-main/contract/draft-views.ts'
import { CodeBlock } from '../../components/code-block.tsx'
import { Card, Stack } from '../../components/page.tsx'
import { draftFolderUrl } from '../../data/package-url.ts'
import page from './package.module.css'
import css from './problems.module.css'
import { type Step, titleOf } from './steps.ts'

type Problem = DraftDetail['problemList'][number]

const levels: Record<Problem['level'], { icon: typeof IconBulb; word: string; rank: number }> = {
  error: { icon: IconCircleX, word: 'Error', rank: 0 },
  warning: { icon: IconAlertTriangle, word: 'Warning', rank: 1 },
  hint: { icon: IconBulb, word: 'Hint', rank: 2 },
}

type Props = {
  draft: DraftDetail
  current: Step
  onJump: (step: Step, field: string | null) => void
  /** What is more urgent than any problem. */
  children: ReactNode
}

export function Problems({ draft, current, onJump, children }: Props) {
  const problems = draft.problemList.toSorted(
    (a, b) =>
      levels[a.level].rank - levels[b.level].rank || Number(b.step === current) - Number(a.step === current),
  )
  const errors = problems.filter(({ level }) => level === 'error').length
  return (
    <aside aria-label="Problems">
      <Stack>
        {children}
        <Card
          title="Problems"
          note={errors === 0 ? 'none that stops the build' : `${errors} to solve before the build`}
        >
          {problems.length === 0 ? (
            <p className={page.muted}>Nothing is missing.</p>
          ) : (
            <ul className={css.problems}>
              {problems.map((problem) => {
                const { icon: Icon, word } = levels[problem.level]
                return (
                  <li key={`${problem.step} ${problem.field} ${problem.message}`}>
                    <button
                      type="button"
                      data-level={problem.level}
                      onClick={() => onJump(problem.step, problem.field)}
                    >
                      <Icon size={16} stroke={1.8} aria-label={word} />
                      <span>
                        {problem.message} <small>{titleOf(problem.step)}</small>
                      </span>
                    </button>
                  </li>
                )
              })}
            </ul>
          )}
        </Card>
        <Card title="The same in a script">
          {draft.command === null ? (
            <p className={page.muted}>The command will stand here once the id and the version are right.</p>
          ) : (
            <>
              <p className={page.muted}>
                The folder holds the files and the texts of this draft, and all fields in outpost.json.
              </p>
              <div>
                <Button component="a" size="xs" href={draftFolderUrl(draft.id)} download>
                  Download the folder
                </Button>
              </div>
              <CodeBlock text={draft.command} label="Command" />
            </>
          )}
        </Card>
      </Stack>
    </aside>
  )
}
