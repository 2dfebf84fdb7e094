/**
 * The features that every table of the UI has, and what a column says about itself: its track in the row's grid,
 * its side, and by what the server sorts it.
 */
import {
  columnVisibilityFeature,
  createColumnHelper,
  type RowData,
  rowSortingFeature,
  tableFeatures,
} from '@tanstack/react-table'

interface ColumnMeta {
  /** A track of CSS grid: "96px", "minmax(160px, 2fr)". */
  width?: string
  align?: 'start' | 'end'
  /** What the head and the column choice call it; the header's text by default. */
  label?: string
  /** The name by which the server sorts it; a column without one cannot be sorted. */
  sort?: string
  /** Off until it is chosen. */
  optional?: boolean
  /** Always shown. */
  fixed?: boolean
}

export const features = tableFeatures({
  columnVisibilityFeature,
  rowSortingFeature,
  columnMeta: {} as ColumnMeta,
})

export const columnsFor = <Row extends RowData>() => createColumnHelper<typeof features, Row>()
