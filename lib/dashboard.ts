import { Stack } from 'aws-cdk-lib';
import { Dashboard as CloudWatchDashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { type Watched, widgetRows } from './dashboard-widgets.ts';

/** The dashboard of the deployment. Dashboards are the account's, not a region's, so its name tells the region too. */
export class Dashboard extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, watched: Watched) {
    super(scope, id);
    const { region } = Stack.of(this);
    const dashboardName = `${watched.deploymentName}-${region}`;
    new CloudWatchDashboard(this, 'Dashboard', { dashboardName, widgets: widgetRows(watched) });
    this.url = `https://console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboardName}`;
  }
}
