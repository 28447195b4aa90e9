/** How the rows of a space are cut: pages are kept for captures, slabs are allocated. */
export const rowsPerPage = 1_024

const pagesPerSlab = 64

export const rowsPerSlab = rowsPerPage * pagesPerSlab
