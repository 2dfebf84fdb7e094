/**
 * Mantine in the look's clothes: its own variables are pointed at the tokens, so that both themes come from
 * tokens.css alone. A button's colour is said by name: accent (the primary act), bad (a dangerous one), neutral.
 */
import {
  type CSSVariablesResolver,
  createTheme,
  type MantineColorsTuple,
  rem,
  type VariantColorsResolver,
} from '@mantine/core'
import field from './field.module.css'
import float from './float.module.css'
import { returnFocus } from './return-focus.ts'

/** Mantine wants ten shades; the variables below replace each use of them. */
const flat = (color: string): MantineColorsTuple => [
  color,
  color,
  color,
  color,
  color,
  color,
  color,
  color,
  color,
  color,
]

const tones: Record<string, { strong: string; on: string; soft: string; hover: string }> = {
  accent: {
    strong: 'var(--accent)',
    on: 'var(--on-accent)',
    soft: 'var(--accent-soft)',
    hover: 'var(--accent-strong)',
  },
  bad: { strong: 'var(--bad)', on: 'var(--surface)', soft: 'var(--bad-soft)', hover: 'var(--bad)' },
  neutral: { strong: 'var(--text)', on: 'var(--surface)', soft: 'var(--sunken)', hover: 'var(--text)' },
}

const variantColorResolver: VariantColorsResolver = ({ color = 'accent', variant }) => {
  const tone = tones[color] ?? { strong: color, on: 'var(--surface)', soft: 'var(--sunken)', hover: color }
  if (variant === 'filled') {
    return { background: tone.strong, hover: tone.hover, color: tone.on, border: '1px solid transparent' }
  }
  if (variant === 'light')
    return { background: tone.soft, hover: tone.soft, color: tone.strong, border: '1px solid transparent' }
  if (variant === 'subtle' || variant === 'transparent') {
    return {
      background: 'transparent',
      hover: 'var(--hover)',
      color: tone.strong,
      border: '1px solid transparent',
    }
  }
  // A plain button is text in a frame: only the primary and the dangerous act carry a colour.
  const bad = color === 'bad'
  return {
    background: 'var(--surface)',
    hover: 'var(--hover)',
    color: bad ? tone.strong : 'var(--text)',
    border: `1px solid ${bad ? 'var(--bad)' : 'var(--control)'}`,
  }
}

/** What takes the thing away says so to those who do not see its cross. */
const closeButtonProps = { 'aria-label': 'Close' }

export const theme = createTheme({
  primaryColor: 'accent',
  colors: { accent: flat('#0b6e75'), bad: flat('#b3261e'), neutral: flat('#51606e') },
  variantColorResolver,
  fontFamily: 'var(--font)',
  fontFamilyMonospace: 'var(--mono)',
  fontSizes: { xs: rem(12), sm: rem(13.5), md: rem(13.5), lg: rem(16), xl: rem(20) },
  lineHeights: { xs: '16px', sm: '20px', md: '20px', lg: '24px', xl: '28px' },
  headings: { fontWeight: '650', sizes: { h1: { fontSize: rem(20), lineHeight: '28px' } } },
  radius: { xs: rem(4), sm: rem(6), md: rem(6), lg: rem(8), xl: rem(8) },
  defaultRadius: 'sm',
  spacing: { xs: rem(4), sm: rem(8), md: rem(12), lg: rem(14), xl: rem(22) },
  shadows: {
    xs: 'none',
    sm: 'none',
    md: 'var(--float-shadow)',
    lg: 'var(--float-shadow)',
    xl: 'var(--float-shadow)',
  },
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { variant: 'default', size: 'sm' }, classNames: { root: field.button } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'neutral', size: 28 } },
    Input: { classNames: { input: field.input } },
    // The hint stands under the field, so that fields side by side begin on one line.
    InputWrapper: {
      defaultProps: { inputWrapperOrder: ['label', 'input', 'description', 'error'] },
      classNames: { label: field.label, description: field.hint, error: field.error },
    },
    Checkbox: { classNames: { input: field.check, label: field.inline } },
    Radio: { classNames: { radio: field.check, label: field.inline } },
    RadioIndicator: { classNames: { indicator: field.mark } },
    Kbd: { classNames: { root: field.key } },
    Pill: { classNames: { root: field.pill } },
    Slider: { classNames: { track: field.rail, thumb: field.thumb } },
    Switch: { classNames: { track: field.track, thumb: field.knob } },
    SegmentedControl: {
      classNames: { root: field.segments, label: field.segment, indicator: field.indicator },
    },
    Tooltip: {
      defaultProps: { openDelay: 400, transitionProps: { duration: 80 } },
      classNames: { tooltip: float.tooltip },
    },
    Menu: {
      // Without the placeholder the first item takes the focus, and a menu holds nothing but its items.
      defaultProps: { shadow: 'md', transitionProps: { duration: 80 }, withInitialFocusPlaceholder: false },
      classNames: { dropdown: float.dropdown, item: float.item, label: float.itemLabel },
    },
    Popover: {
      defaultProps: { shadow: 'md', transitionProps: { duration: 80 } },
      classNames: { dropdown: float.dropdown },
    },
    // The tick stands behind the words, so that they begin on one line; seven choices need no scrolling. A list opens
    // by a click, an arrow or typing: by Tab alone it would lie over the next fields, and take an Escape of its own.
    Autocomplete: { defaultProps: { openOnFocus: false } },
    TagsInput: { defaultProps: { openOnFocus: false } },
    Select: {
      defaultProps: { checkIconPosition: 'right', maxDropdownHeight: 280, openOnFocus: false },
      classNames: { option: float.choice },
    },
    Combobox: { classNames: { dropdown: float.dropdown, option: float.item } },
    Modal: {
      defaultProps: {
        closeButtonProps,
        centered: true,
        transitionProps: { duration: 100 },
        overlayProps: { backgroundOpacity: 0.4 },
        onExitTransitionEnd: returnFocus,
      },
      classNames: { content: float.content, header: float.header, title: float.title, body: float.body },
    },
    Drawer: {
      defaultProps: {
        closeButtonProps,
        position: 'right',
        size: 520,
        transitionProps: { duration: 120 },
        overlayProps: { backgroundOpacity: 0.25 },
        onExitTransitionEnd: returnFocus,
      },
      classNames: { content: float.drawer, header: float.header, title: float.title, body: float.body },
    },
    Notification: {
      defaultProps: { closeButtonProps },
      classNames: { root: float.notice, description: float.noticeText },
    },
    Tabs: { classNames: { list: field.tabs, tab: field.tab } },
    Progress: { defaultProps: { size: 8, radius: 4 }, classNames: { root: field.progress } },
    Skeleton: { classNames: { root: field.skeleton } },
  },
})

const variables = {
  '--mantine-color-body': 'var(--surface)',
  '--mantine-color-text': 'var(--text)',
  '--mantine-color-dimmed': 'var(--muted)',
  '--mantine-color-placeholder': 'var(--muted)',
  '--mantine-color-anchor': 'var(--accent)',
  '--mantine-color-error': 'var(--bad)',
  '--mantine-color-default': 'var(--surface)',
  '--mantine-color-default-hover': 'var(--hover)',
  '--mantine-color-default-color': 'var(--text)',
  '--mantine-color-default-border': 'var(--control)',
  '--mantine-color-disabled': 'var(--sunken)',
  '--mantine-color-disabled-color': 'var(--muted)',
  '--mantine-color-disabled-border': 'var(--border)',
  '--mantine-primary-color-filled': 'var(--accent)',
  '--mantine-primary-color-contrast': 'var(--on-accent)',
  '--mantine-color-accent-filled': 'var(--accent)',
  '--mantine-color-accent-filled-hover': 'var(--accent-strong)',
  '--mantine-color-accent-light': 'var(--accent-soft)',
  '--mantine-color-accent-outline': 'var(--accent)',
  '--mantine-color-bad-filled': 'var(--bad)',
  '--mantine-color-neutral-filled': 'var(--muted)',
}

/** The tokens change with the theme by themselves, so both schemes get the same pointers. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: variables,
  dark: variables,
})
