/** Words of the map, of parcels and of the search, in English. Holds no law: that comes with the area package. */

export default {
  'map.list': 'Nearby parcels',
  'map.list_empty': 'No parcels to list',
  'map.list_empty_text': 'Download your area under “More” first, or walk closer to the parcels.',
  'map.no_webgl': 'This phone cannot draw the map; parcels are listed by distance.',
  'map.away': '{metres} {way} ·',
};
