/** Where things of a certification are in the API. */

/** The address of something of a certification. */
export const pathOf = (certificationId, rest = "") => `/certifications/${encodeURIComponent(certificationId)}${rest}`;

/** The address through which what a dashboard shows is changed: a reinstatement application has a door of its own. */
export const doorOf = ({ certification, door = "" }, rest) => pathOf(certification.certification_id, door + rest);
