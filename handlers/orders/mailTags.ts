/** The tag that each confirmation carries, so that what becomes of it leads back to its order. */
export const ORDER_TAG = "orderId";
/** The tag that tells this pipeline's confirmations from those of others that are sent by the same configuration set. */
export const PIPELINE_TAG = "pipeline";
