/** Words of the map, of parcels and of the search. Holds no law: that comes with the area package. */

export default {
  'map.list': '附近地块',
  'map.list_empty': '没有可列出的地块',
  'map.list_empty_text': '先在「更多」里下载本片区数据，或走到地块附近。',
  'map.no_webgl': '这部手机画不了地图，按距离列出地块。',
  'map.away': '{way} {metres} ·',
};
