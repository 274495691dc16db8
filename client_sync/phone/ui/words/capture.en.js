/** Words of the capture screens. Holds no others. */

export default {};
