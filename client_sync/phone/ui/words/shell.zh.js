/** Words of the frame around every screen. Holds no words of one screen alone. */

export default {
  'app.name': '巡土',
  back: '返回',
  close: '关闭',
  cancel: '取消',
  'tab.all': '主要页面',
  'tab.today': '今天',
  'tab.map': '地图',
  'tab.reports': '记录',
  'tab.more': '更多',
};
