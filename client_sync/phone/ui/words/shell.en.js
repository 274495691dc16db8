/** Words of the frame around every screen, in English. Holds no words of one screen alone. */

export default {
  'app.name': 'Xuntu',
  back: 'Back',
  close: 'Close',
  cancel: 'Cancel',
  'tab.all': 'Main screens',
  'tab.today': 'Today',
  'tab.map': 'Map',
  'tab.reports': 'Records',
  'tab.more': 'More',
};
