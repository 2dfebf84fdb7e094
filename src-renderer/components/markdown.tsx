/** Markdown from a package: a stranger's text. No raw HTML, no remote pictures, links only to the web and in words. */
import { lazy, Suspense } from 'react'
import { Loading } from './states.tsx'

const MarkdownText = lazy(async () => ({ default: (await import('./markdown-text.tsx')).MarkdownText }))

export function Markdown({ text }: { text: string }) {
  return (
    <Suspense fallback={<Loading lines={8} what="the text" />}>
      <MarkdownText text={text} />
    </Suspense>
  )
}
