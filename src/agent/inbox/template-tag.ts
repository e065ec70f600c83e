/** Agents with this tag are copied, and not messaged. */
export const TEMPLATE_TAG = 'template'
