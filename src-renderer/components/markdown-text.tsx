/** The loaded half of Markdown: parsed, sanitized, and shown one level below the page's own headings. */
import ReactMarkdown, { type Components } from 'react-markdown'
import rehypeSanitize from 'rehype-sanitize'
import remarkGfm from 'remark-gfm'
import style from './markdown.module.css'

const components: Components = {
  h1: ({ children }) => <h2>{children}</h2>,
  h2: ({ children }) => <h3>{children}</h3>,
  h3: ({ children }) => <h4>{children}</h4>,
  // A picture would be fetched from wherever the text says, so its words stand in for it.
  img: ({ alt }) => <span className={style.picture}>Picture: {alt || 'without description'}</span>,
  a: ({ href, children }) =>
    href?.startsWith('https://') ? (
      <a href={href} target="_blank" rel="noreferrer noopener">
        {children}
      </a>
    ) : (
      <span>{children}</span>
    ),
  table: ({ children }) => (
    <div className={style.scroll}>
      <table>{children}</table>
    </div>
  ),
}

export function MarkdownText({ text }: { text: string }) {
  return (
    <div className={style.text}>
      <ReactMarkdown
        remarkPlugins={[remarkGfm]}
        rehypePlugins={[rehypeSanitize]}
        components={components}
        skipHtml
      >
        {text}
      </ReactMarkdown>
    </div>
  )
}
