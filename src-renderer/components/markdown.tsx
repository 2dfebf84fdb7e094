/** Markdown from a package: a stranger's text. No raw HTML, no remote pictures, links only to the web and in words. */
import { lazy, Suspense } from 'react'
import { Loading } from './states.tsx'

const MarkdownText = lazy(async () => ({ default: (await import('./markdown-text.tsx')).MarkdownText }))

/** `lines` is the room that it takes until it is there. */
export function Markdown({ text, lines = 8 }: { text: string; lines?: number }) {
  return (
    <Suspense fallback={<Loading lines={lines} what="the text" />}>
      <MarkdownText text={text} />
    </Suspense>
  )
}
