/** Whether files are dragged, and not text or a picture of the page itself. */
export const carriesFiles = (event: DragEvent): boolean =>
  event.dataTransfer?.types.includes('Files') ?? false
