/** Where things of a certification are in the API. */

/** The address of something of a certification. */
export const pathOf = (certificationId, rest = "") => `/certifications/${encodeURIComponent(certificationId)}${rest}`;

/**
 * The address through which what a dashboard shows is changed: a reinstatement application has a door of its own, and
 * so have staff who enter what came on paper.
 */
export const doorOf = ({ certification, door = "", isOfStaff = false }, rest) =>
  (isOfStaff ? "/staff" : "") + pathOf(certification.certification_id, door + rest);
