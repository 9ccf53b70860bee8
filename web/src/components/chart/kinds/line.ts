import { LineChart } from 'echarts/charts';
import * as echarts from 'echarts/core';

echarts.use([LineChart]);
