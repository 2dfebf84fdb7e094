/**
 * One picture as input: drop, pick or paste a file, or draw it where the model takes drawings. Beside it stands
 * what the model will see at its own size.
 */
import { Button, FileButton, Group, SegmentedControl } from '@mantine/core'
import { useEffect, useId, useRef, useState } from 'react'
import type { z } from 'zod'
import type { imageInput } from '../../../src-main/contract/package.ts'
import { useDropZone } from '../../components/use-drop-zone.ts'
import { DrawPad } from './draw-pad.tsx'
import css from './image-field.module.css'
import { acceptedPictures, dataUrl, drawAsSeen, readPicture } from './picture.ts'
import page from './playground.module.css'
import type { Picture } from './values.ts'

type ImageInput = z.infer<typeof imageInput>
const tinyPixels = 120
type Props = {
  input: ImageInput
  picture: Picture | null
  problem: string | null
  onChange: (picture: Picture | null) => void
}

export function ImageField({ input, picture, problem, onChange }: Props) {
  // A drawing that was made before is shown as a picture: its strokes are gone with the pad.
  const [mode, setMode] = useState<'draw' | 'file'>(input.drawable && picture === null ? 'draw' : 'file')
  const label = useId()
  const shown = picture !== null && picture.origin !== 'drawn' ? 'file' : mode
  usePastedPicture(onChange)

  const choose = (next: string) => {
    setMode(next === 'draw' ? 'draw' : 'file')
    onChange(null)
  }
  return (
    <fieldset aria-labelledby={label}>
      <div className={css.head}>
        <span id={label} className={page.fieldTitle}>
          {input.title ?? input.tensor}
        </span>
        {input.drawable && (
          <SegmentedControl
            aria-label="How to give the picture"
            value={shown}
            onChange={choose}
            data={[
              { value: 'draw', label: 'Draw' },
              { value: 'file', label: 'Picture file' },
            ]}
          />
        )}
      </div>
      <div className={css.row}>
        {shown === 'draw' ? (
          <DrawPad title={input.title ?? input.tensor} onChange={onChange} />
        ) : (
          <Drop picture={picture} onChange={onChange} />
        )}
        <Seen input={input} picture={picture} />
      </div>
      {problem !== null && (
        <p className={page.problem} role="alert">
          {problem}
        </p>
      )}
    </fieldset>
  )
}

function Drop({
  picture,
  onChange,
}: {
  picture: Picture | null
  onChange: (picture: Picture | null) => void
}) {
  const [broken, setBroken] = useState<Picture | null>(null)
  const take = (file: File | null | undefined) => {
    if (file) void readPicture(file).then(onChange)
  }
  const zone = useDropZone(({ files }) => take(files[0]))
  return (
    <section aria-label="Picture file" className={css.drop} {...zone}>
      {picture === null ? (
        <p>Drop a picture here, or paste one</p>
      ) : broken === picture ? (
        <p role="alert">{picture.name} is no picture that can be shown here.</p>
      ) : (
        <img
          src={dataUrl(picture)}
          alt={picture.name}
          className={css.dropped}
          onError={() => setBroken(picture)}
          // A picture of a few pixels is enlarged, and shown as the pixels that it is.
          onLoad={({ currentTarget: image }) => {
            image.toggleAttribute('data-tiny', image.naturalWidth < tinyPixels)
          }}
        />
      )}
      <Group gap={8} justify="center">
        <FileButton accept={acceptedPictures} onChange={take}>
          {(props) => (
            <Button {...props} size="xs">
              {picture === null ? 'Choose a picture' : 'Choose another'}
            </Button>
          )}
        </FileButton>
        {picture !== null && (
          <Button
            variant="subtle"
            color="neutral"
            size="xs"
            onClick={({ currentTarget: gone }) => {
              gone.parentElement?.querySelector('button')?.focus()
              onChange(null)
            }}
          >
            Remove
          </Button>
        )}
      </Group>
    </section>
  )
}

/** The picture at the model's own size, enlarged without smoothing. */
function Seen({ input, picture }: { input: ImageInput; picture: Picture | null }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [unreadable, setUnreadable] = useState(false)
  useEffect(() => {
    if (picture === null || canvas.current === null) return
    drawAsSeen(canvas.current, picture, input).then(
      () => setUnreadable(false),
      () => setUnreadable(true),
    )
  }, [picture, input])
  const size = `${input.width} × ${input.height} ${input.channels === 'L' ? 'grey' : 'colour'}`
  return (
    <figure className={css.seen}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={`About what the model sees, ${size}`}
        className={css.seenPixels}
        hidden={picture === null || unreadable}
      />
      {picture === null && <div className={css.seenNothing} />}
      {unreadable && <div className={css.seenNothing}>No preview of this format</div>}
      <figcaption>
        What the model sees
        <br />
        {size}
      </figcaption>
    </figure>
  )
}

/** A picture on the clipboard is taken from anywhere on the page. */
function usePastedPicture(onChange: (picture: Picture) => void) {
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const file = [...(event.clipboardData?.files ?? [])].find((one) => one.type.startsWith('image/'))
      if (file === undefined) return
      event.preventDefault()
      void readPicture(file).then(onChange)
    }
    document.addEventListener('paste', paste)
    return () => document.removeEventListener('paste', paste)
  }, [onChange])
}
