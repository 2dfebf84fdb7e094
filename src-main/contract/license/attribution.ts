/** What a license asks to be shown: a text in which the publisher and the model's title are filled in as it is signed. */
import { limits } from '../limits.ts'

/** Of the types that ask for one. */
export const defaultAttribution = 'Model by {publisher}: {title}'

interface Named {
  publisher: string
  title: string
}

export const filledAttribution = (text: string | null, { publisher, title }: Named): string | null =>
  text === null
    ? null
    : text
        .replaceAll(/\{(publisher|title)\}/g, (_, name: string) => (name === 'title' ? title : publisher))
        .slice(0, limits.lineCharsMax)
